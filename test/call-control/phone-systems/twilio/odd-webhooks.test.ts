import { twilio } from '../../../../src/call-control/phone-systems/twilio/index';
import { phoneSystemSettings } from '../../../support/with-gateway';

import { answered, AUTH_TOKEN, CALL_SID, dialEnded, incoming, webhook } from './twilio-requests';

const system = twilio({ ...phoneSystemSettings, authTokens: [AUTH_TOKEN] });
const query = 'conversationId=conv-1&transferId=conv-1-a';

/** The parameters without one of them. */
const without = (parameters: Record<string, string>, name: string) =>
  Object.fromEntries(Object.entries(parameters).filter(([other]) => other !== name));

test('a form of any number of parameters is read to its end', () => {
  const many = Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`p${index}`, 'x']));

  expect(system.read(webhook('voice', { ...many, ...incoming })).call).toEqual({ conversationId: CALL_SID });
});

test('a leg whose end has no word, but a SIP status, ended by that', () => {
  const parameters = { ...without(dialEnded, 'DialCallStatus'), DialSipResponseCode: '486' };

  expect(system.read(webhook('dial', parameters, { query })).event?.data).toMatchObject({ cause: 'BUSY' });
});

test.each([without(answered, 'ParentCallSid'), { ...answered, CallStatus: 'answered' }])(
  'a status callback at the address of a leg says that it was answered: %#',
  (parameters) => {
    const { event } = system.read(webhook('status', parameters, { query }));

    expect(event).toMatchObject({ type: 'leg.connected', data: { transferId: 'conv-1-a' } });
  },
);
