import { jambonz } from '../../../../src/call-control/phone-systems/jambonz/index';
import { phoneSystemSettings } from '../../../support/with-gateway';

import { SECRET, webhook } from './jambonz-requests';

test('a status that names no call and has no tags says nothing', () => {
  const system = jambonz({ ...phoneSystemSettings, secrets: [SECRET] });

  expect(system.read(webhook('status', { call_status: 'completed' }))).toEqual({
    awaitsStep: false,
    call: { conversationId: '', tags: {} },
  });
});
