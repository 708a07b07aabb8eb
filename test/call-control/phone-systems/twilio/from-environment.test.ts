import { fromEnvironment } from '../../../../src/call-control/phone-systems/twilio/index';
import { EnvironmentError } from '../../../../src/environment/read-environment';
import { phoneSystemSettings } from '../../../support/with-gateway';
import { dialNumber, routeTo } from '../steps';

import { incoming, signedForm, webhook } from './twilio-requests';

const WORKFLOW_SID = `WW${'0'.repeat(32)}`;
const call = { conversationId: 'conv-1' };

/** An incoming call, signed with this token. */
function signedWith(token: string) {
  const { headers } = signedForm('/twilio/voice', incoming, { token });
  return webhook('voice', incoming, { headers: headers as Record<string, string> });
}

test('the tokens, the number of the caller and the workflow come from the environment', () => {
  const system = fromEnvironment(
    {
      TWILIO_AUTH_TOKENS: 'the-old-one, the-new-one',
      TWILIO_CALLER_ID: '+18005551212',
      TWILIO_WORKFLOW_SID: WORKFLOW_SID,
    },
    phoneSystemSettings,
  );
  expect(system.name).toBe('twilio');
  expect(Object.keys(system.hooks)).toEqual(['voice', 'dial', 'routed', 'status']);
  expect(system.authenticate(signedWith('the-old-one'))).toBe(true);
  expect(system.authenticate(signedWith('the-new-one'))).toBe(true);
  expect(system.authenticate(signedWith('another-one'))).toBe(false);
  expect(system.answer(dialNumber(), call, 0).body).toContain('callerId="+18005551212"');
  expect(system.answer(routeTo({ type: 'QUEUE', queue: 'vip' }), call, 0).body).toContain(
    `workflowSid="${WORKFLOW_SID}"`,
  );
});

test('the tokens alone are enough', () => {
  const empty = { TWILIO_CALLER_ID: '', TWILIO_WORKFLOW_SID: '' };
  const system = fromEnvironment({ TWILIO_AUTH_TOKENS: 'only-one', ...empty }, phoneSystemSettings);
  expect(system.answer(dialNumber(), call, 0).body).not.toContain('callerId');
});

const required = { TWILIO_AUTH_TOKENS: 'only-one' };

test.each<[Record<string, string>, string]>([
  [{}, 'TWILIO_AUTH_TOKENS: is missing'],
  [{ TWILIO_AUTH_TOKENS: ' , ' }, 'TWILIO_AUTH_TOKENS: must not be empty'],
  [{ TWILIO_AUTH_TOKENS: 'short' }, 'TWILIO_AUTH_TOKENS.0: each must have at least 8 characters'],
  [
    { ...required, TWILIO_CALLER_ID: '8005551212' },
    'TWILIO_CALLER_ID: must be a number in E.164, such as +18005551212',
  ],
  [{ ...required, TWILIO_WORKFLOW_SID: `x${WORKFLOW_SID}` }, 'TWILIO_WORKFLOW_SID: must be the SID of'],
  [
    { ...required, TWILIO_WORKFLOW_SID: `${WORKFLOW_SID}0` },
    'TWILIO_WORKFLOW_SID: must be the SID of a TaskRouter workflow',
  ],
])('with %j nothing starts', (environment, message) => {
  const start = () => fromEnvironment(environment, phoneSystemSettings);
  expect(start).toThrow(EnvironmentError);
  expect(start).toThrow(message);
});
