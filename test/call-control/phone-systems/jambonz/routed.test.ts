import { jambonz } from '../../../../src/call-control/phone-systems/jambonz/index';
import { phoneSystemSettings } from '../../../support/with-gateway';

import { dialEnded, ids, SECRET, webhook } from './jambonz-requests';

const system = jambonz({ ...phoneSystemSettings, secrets: [SECRET] });
const query = 'conversationId=conv-1&transferId=conv-1-a';

describe("the end of a route's own leg", () => {
  const address = `${query}&dialled=FALLBACK`;

  test.each(['busy', 'no-answer', 'failed'])('asks for another route: %s', (dial_call_status) => {
    const ended = { ...dialEnded, dial_call_status, customerData: ids };
    expect(system.read(webhook('routed', ended, { query: address }))).toEqual({
      event: { type: 'leg.disconnected', data: ids },
      awaitsStep: true,
      call: { conversationId: 'conv-1', tags: ids, unanswered: 'FALLBACK' },
    });
  });

  test.each([
    ['somebody answered', { dial_call_status: 'completed' }],
    ['the caller has gone', { dial_call_status: 'no-answer', call_status: 'completed' }],
  ])('asks for nothing where %s', (_why, more) => {
    const { event, awaitsStep } = system.read(
      webhook('routed', { ...dialEnded, ...more }, { query: address }),
    );
    expect([event, awaitsStep]).toEqual([undefined, false]);
  });
});
