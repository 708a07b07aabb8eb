import type { TelnyxCommand } from '../../../../src/call-control/phone-systems/telnyx/commands';

import { API_KEY, CALLER, customerState } from './telnyx-requests';
import { refusal, withTelnyxApi } from './with-telnyx-api';

const command_id = '4f9a2a8e-0b1c-8d3e-8f5a-6b7c8d9e0f1a';
const path = (action: string) => `/v2/calls/${CALLER}/actions/${action}`;

const hangup: TelnyxCommand = { action: 'hangup', callControlId: CALLER, params: { command_id } };
const transfer: TelnyxCommand = {
  action: 'transfer',
  callControlId: CALLER,
  params: { to: '+12005550100', timeout_secs: 20, park_after_unbridge: 'self', command_id },
};

test.each<TelnyxCommand>([
  { action: 'answer', callControlId: CALLER, params: { client_state: customerState, command_id } },
  transfer,
  { action: 'enqueue', callControlId: CALLER, params: { queue_name: 'agents', command_id } },
  hangup,
])('$action is posted with the key of the account', async (command) => {
  await withTelnyxApi(async ({ system, received }) => {
    await system().perform?.([command]);
    expect(received).toEqual([
      {
        method: 'POST',
        path: path(command.action),
        authorization: `Bearer ${API_KEY}`,
        body: command.params,
      },
    ]);
  });
});

test('commands are carried out in their order, and no commands are nothing to do', async () => {
  await withTelnyxApi(async ({ system, received }) => {
    await system().perform?.([]);
    expect(received).toEqual([]);
    await system().perform?.([transfer, hangup]);
    expect(received.map((request) => request.path)).toEqual([path('transfer'), path('hangup')]);
  });
});

test.each([
  ['a fault', { status: 500 }],
  ['a busy API', { status: 429 }],
  ['a cut connection', 'cut'],
  ['silence', 'silence'],
] as const)('after %s the same command is sent again', async (_what, reaction) => {
  await withTelnyxApi(async ({ system, received, reactions }) => {
    reactions.push(reaction);
    await system({ attemptTimeoutMs: 1000 }).perform?.([transfer]);
    expect(received.map(({ body }) => body)).toEqual([transfer.params, transfer.params]);
  });
});

test('a busy API does not make the caller wait for as long as it says', async () => {
  await withTelnyxApi(async ({ system, received, reactions }) => {
    reactions.push({ status: 429, headers: { 'retry-after': '30' } });
    reactions.push({ status: 503, headers: { 'retry-after-ms': '30000' } });
    await system().perform?.([hangup]);
    expect(received).toHaveLength(3);
  });
}, 10_000);

test.each([
  ['faults', { status: 500 }],
  ['cut connections', 'cut'],
  ['silence', 'silence'],
] as const)('after three times %s the command was not taken', async (_what, reaction) => {
  await withTelnyxApi(async ({ system, received, reactions }) => {
    reactions.push(reaction, reaction, reaction);
    await expect(system({ attemptTimeoutMs: 500 }).perform?.([transfer])).rejects.toThrow();
    expect(received).toHaveLength(3);
  });
});

test('how often a command is sent again is a setting', async () => {
  await withTelnyxApi(async ({ system, received, reactions }) => {
    reactions.push({ status: 500 });
    await expect(system({ maxRetries: 0 }).perform?.([transfer])).rejects.toThrow('500');
    expect(received).toHaveLength(1);
  });
});

test.each([
  [422, '90018'],
  [422, 90018],
  [404, '90018'],
])('a command for a call that has ended counts as done: %s with code %j', async (status, code) => {
  await withTelnyxApi(async ({ system, received, reactions }) => {
    reactions.push(refusal(status, code, 'Call has already ended'));
    await system().perform?.([hangup, transfer]);
    expect(received.map((request) => request.path)).toEqual([path('hangup'), path('transfer')]);
  });
});

test.each([
  ['a number that is none', refusal(422, '10016')],
  ['an unknown call', refusal(404, '10005')],
  ['a key that is refused', refusal(401, '10009')],
  ['another status with the code of an ended call', refusal(400, '90018')],
  ['a refusal without a code', { status: 422, body: { message: 'no' } }],
  ['a refusal without a reason', { status: 404 }],
] as const)('%s is a command that was not taken, at once', async (_what, reaction) => {
  await withTelnyxApi(async ({ system, received, reactions }) => {
    reactions.push(reaction);
    await expect(system().perform?.([transfer, hangup])).rejects.toThrow();
    expect(received).toHaveLength(1);
  });
});

test('where nobody listens the command was not taken', async () => {
  const system = await withTelnyxApi((api) => Promise.resolve(api.system({ maxRetries: 0 })));
  await expect(system.perform?.([hangup])).rejects.toThrow('Connection error');
});
