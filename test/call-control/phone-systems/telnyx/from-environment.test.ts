import { fromEnvironment } from '../../../../src/call-control/phone-systems/telnyx/index';
import { EnvironmentError } from '../../../../src/environment/read-environment';
import { phoneSystemSettings } from '../../../support/with-gateway';

import { agentHungUp, incoming, keyPair, signed, webhook } from './telnyx-requests';
import { withTelnyxApi } from './with-telnyx-api';

const [first, second, another] = [keyPair(), keyPair(), keyPair()];
const required = { TELNYX_PUBLIC_KEYS: first.publicKey, TELNYX_API_KEY: 'KEY1' };

test('the keys, the number of the caller and the API’s address come from the environment', async () => {
  await withTelnyxApi(async ({ url, received }) => {
    const system = fromEnvironment(
      {
        TELNYX_PUBLIC_KEYS: `${first.publicKey}, ${second.publicKey}`,
        TELNYX_API_KEY: 'KEY1',
        TELNYX_CALLER_ID: '+18005551212',
        TELNYX_API_URL: url,
      },
      phoneSystemSettings,
    );
    expect([system.name, Object.keys(system.hooks)]).toEqual(['telnyx', ['events']]);

    const { body } = webhook(incoming());
    const by = ({ privateKey }: typeof first) =>
      webhook(body, { headers: signed(body, Math.floor(Date.now() / 1000), privateKey) });
    expect(await system.authenticate(by(first))).toBe(true);
    expect(await system.authenticate(by(second))).toBe(true);
    expect(await system.authenticate(by(another))).toBe(false);

    const decision = {
      conversationId: 'conv-1',
      transferId: 'conv-1-a',
      outcome: 'AGENT',
      route: { type: 'DIAL', to: '+18005550100' },
      currentTaskName: null,
      referenceVariables: {},
      transferVariables: {},
      fallback: false,
      reason: null,
      legs: [],
    } as const;
    const { call } = system.read(webhook(agentHungUp()));
    const { commands = [] } = system.answer(
      { action: 'ROUTE', decision: { ...decision, legs: [] } },
      call,
      0,
    );
    await system.perform?.(commands);
    expect(received).toMatchObject([{ authorization: 'Bearer KEY1', body: { from: '+18005551212' } }]);
  });
});

test('an address of the API that can be listened to is warned of', () => {
  const warning = jest.spyOn(process, 'emitWarning').mockImplementation();
  fromEnvironment({ ...required, TELNYX_API_URL: 'http://telnyx.example.com/v2' }, phoneSystemSettings);
  expect(warning.mock.calls.flat()).toEqual([
    'TELNYX_API_URL: what is sent to telnyx.example.com can be read on the way: use https',
  ]);
  warning.mockRestore();
});

test('the keys alone are enough', () => {
  const empty = { TELNYX_CALLER_ID: '', TELNYX_API_URL: '' };
  expect(fromEnvironment({ ...required, ...empty }, phoneSystemSettings).name).toBe('telnyx');
});

test.each([
  [{ TELNYX_PUBLIC_KEYS: '' }, 'TELNYX_PUBLIC_KEYS: is missing'],
  [{ TELNYX_PUBLIC_KEYS: ' , ' }, 'TELNYX_PUBLIC_KEYS: must not be empty'],
  [{ TELNYX_PUBLIC_KEYS: `${first.publicKey},abc` }, 'TELNYX_PUBLIC_KEYS.1: must be an Ed25519 public key'],
  [{ TELNYX_API_KEY: undefined }, 'TELNYX_API_KEY: is missing'],
  [{ TELNYX_CALLER_ID: 'tel:+18005551212' }, 'TELNYX_CALLER_ID: must be a number in E.164'],
  [{ TELNYX_CALLER_ID: '8005551212' }, 'TELNYX_CALLER_ID: must be a number in E.164'],
  [{ TELNYX_API_URL: 'api.telnyx.com' }, 'TELNYX_API_URL: must be an http or https URL'],
])('with %j nothing starts', (wrong, message) => {
  const start = () => fromEnvironment({ ...required, ...wrong }, phoneSystemSettings);
  expect(start).toThrow(EnvironmentError);
  expect(start).toThrow(message);
});
