import { jambonz } from '../../../../src/call-control/phone-systems/jambonz/index';
import { phoneSystemSettings } from '../../../support/with-gateway';

import { SECRET, webhook } from './jambonz-requests';

const system = jambonz({ ...phoneSystemSettings, secrets: [SECRET] });

test('a status that names no call and has no tags says nothing', () => {
  expect(system.read(webhook('status', { call_status: 'completed' }))).toEqual({
    awaitsStep: false,
    call: { conversationId: '', tags: {} },
  });
});

test.each(['dial', 'routed'] as const)('a body that is no object is refused as the body: %s', (hook) => {
  const reading = () =>
    system.read(webhook(hook, [], { query: 'conversationId=c&transferId=t&dialled=ROUTE' }));

  expect(reading).toThrow('body: Invalid input');
});
