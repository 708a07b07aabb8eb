import type { TelnyxCommand } from '../../../../src/call-control/phone-systems/telnyx/commands';

import { API_KEY, CALLER, customerState } from './telnyx-requests';
import { refusal, withTelnyxApi, type Reaction } from './with-telnyx-api';

const command_id = '4f9a2a8e-0b1c-8d3e-8f5a-6b7c8d9e0f1a';
const path = (action: string) => `/v2/calls/${CALLER}/actions/${action}`;

const hangup: TelnyxCommand = {
  action: 'hangup',
  callControlId: CALLER,
  params: { command_id: '1d6e0c52-7a3b-8c4d-9e5f-a0b1c2d3e4f5' },
};
const answer: TelnyxCommand = {
  action: 'answer',
  callControlId: CALLER,
  params: { client_state: customerState, command_id },
};
const transfer: TelnyxCommand = {
  action: 'transfer',
  callControlId: CALLER,
  params: { to: '+12005550100', timeout_secs: 20, park_after_unbridge: 'self', command_id },
};

const enqueue: TelnyxCommand = {
  action: 'enqueue',
  callControlId: CALLER,
  params: { queue_name: 'agents', command_id },
};

test.each<TelnyxCommand>([answer, transfer, enqueue, hangup])(
  '$action is posted with the key of the account',
  async (command) => {
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
  },
);

test('commands are carried out in their order, and no commands are nothing to do', async () => {
  await withTelnyxApi(async ({ system, received }) => {
    await system().perform?.([]);
    expect(received).toEqual([]);
    await system().perform?.([transfer, hangup]);
    expect(received.map((request) => request.path)).toEqual([path('transfer'), path('hangup')]);
  });
});

describe('a command that was taken', () => {
  test('is not sent again, whatever else it says by now', async () => {
    await withTelnyxApi(async ({ system, received }) => {
      const telnyx = system();
      await telnyx.perform?.([transfer]);
      await telnyx.perform?.([transfer]);
      await telnyx.perform?.([{ ...hangup, params: { command_id } }, hangup]);
      expect(received.map((request) => request.path)).toEqual([path('transfer'), path('hangup')]);
    });
  });

  test('is sent for another call, whose leg may have the same name', async () => {
    await withTelnyxApi(async ({ system, received }) => {
      const telnyx = system();
      await telnyx.perform?.([enqueue]);
      await telnyx.perform?.([{ ...enqueue, callControlId: 'v3:another' }]);
      expect(received.map((request) => request.path)).toEqual([
        path('enqueue'),
        '/v2/calls/v3:another/actions/enqueue',
      ]);
    });
  });

  test('keeps a later one from being sent that would undo it, and one that was not taken does not', async () => {
    await withTelnyxApi(async ({ system, received, reactions }) => {
      const telnyx = system();
      const instead = (id: string): TelnyxCommand => ({
        action: 'enqueue',
        callControlId: CALLER,
        params: { queue_name: 'agents', command_id: id },
        unless: command_id,
      });
      reactions.push(refusal(422, '10015'));
      await expect(telnyx.perform?.([transfer])).rejects.toThrow();
      await telnyx.perform?.([instead('first')]);
      await telnyx.perform?.([transfer]);
      await telnyx.perform?.([instead('second')]);
      const actions = ['transfer', 'enqueue', 'transfer'];
      expect(received.map((request) => request.path)).toEqual(actions.map(path));
    });
  });

  test('is sent once where several webhooks have it at the same time', async () => {
    await withTelnyxApi(async ({ system, received, reactions }) => {
      const telnyx = system();
      reactions.push({ status: 500 });
      await Promise.all([
        telnyx.perform?.([transfer]),
        telnyx.perform?.([transfer]),
        telnyx.perform?.([transfer, hangup]),
      ]);
      // The fault's own repetition, and no other.
      expect(received.map((request) => request.path)).toEqual([
        path('transfer'),
        path('transfer'),
        path('hangup'),
      ]);
    });
  });

  test('is another phone system’s to know', async () => {
    await withTelnyxApi(async ({ system, received }) => {
      await system().perform?.([transfer]);
      await system().perform?.([transfer]);
      expect(received).toHaveLength(2);
    });
  });

  test('is not sent again either where the call had ended, or was up', async () => {
    await withTelnyxApi(async ({ system, received, reactions }) => {
      const telnyx = system();
      reactions.push(refusal(422, '90018'), refusal(422, '90034'));
      for (let time = 0; time < 2; time += 1) await telnyx.perform?.([hangup, answer]);
      expect(received.map((request) => request.path)).toEqual([path('hangup'), path('answer')]);
    });
  });
});

test('whatever the environment says, nothing is logged: it would hold phone numbers', async () => {
  const before = process.env['TELNYX_LOG'];
  process.env['TELNYX_LOG'] = 'debug';
  const logs = (['debug', 'info', 'log'] as const).map((level) =>
    jest.spyOn(console, level).mockImplementation(),
  );
  await withTelnyxApi(async ({ system, received }) => {
    await system().perform?.([transfer]);
    expect(received).toHaveLength(1);
  });
  expect(logs.flatMap((log) => log.mock.calls)).toEqual([]);
  for (const log of logs) log.mockRestore();
  if (before === undefined) delete process.env['TELNYX_LOG'];
  else process.env['TELNYX_LOG'] = before;
});

test('a call that has ended is heard of among other errors', async () => {
  await withTelnyxApi(async ({ system, received, reactions }) => {
    reactions.push({ status: 422, body: { errors: [{ code: '10015' }, { code: '90018' }] } });
    await system().perform?.([hangup]);
    expect(received).toHaveLength(1);
  });
});

describe('a command that was not taken', () => {
  test('is sent again with the next webhook', async () => {
    await withTelnyxApi(async ({ system, received, reactions }) => {
      const telnyx = system();
      reactions.push(refusal(422, '10015'), refusal(401, '10009'));
      await expect(telnyx.perform?.([transfer, hangup])).rejects.toThrow('422');
      await expect(telnyx.perform?.([transfer, hangup])).rejects.toThrow('401');
      await telnyx.perform?.([transfer, hangup]);
      expect(received.map((request) => request.path)).toEqual([
        path('transfer'),
        path('transfer'),
        path('transfer'),
        path('hangup'),
      ]);
    });
  });

  test('was not taken for whoever had it at the same time, either', async () => {
    await withTelnyxApi(async ({ system, received, reactions }) => {
      const telnyx = system();
      reactions.push(refusal(422, '10015'));
      const both = await Promise.allSettled([
        telnyx.perform?.([transfer]),
        telnyx.perform?.([transfer, hangup]),
      ]);
      expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(received).toHaveLength(1);
    });
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
  ['a code of its own', refusal(422, '90034', 'Call has already been answered')],
  ['any code', refusal(422, '10015')],
  ['no code', { status: 422, body: { message: 'no' } }],
  ['no reason', { status: 422 }],
] as const)(
  'a call that is up cannot be answered again, which counts as done: %s',
  async (_what, reaction) => {
    await withTelnyxApi(async ({ system, received, reactions }) => {
      reactions.push(reaction);
      await system().perform?.([answer, hangup]);
      expect(received.map((request) => request.path)).toEqual([path('answer'), path('hangup')]);
    });
  },
);

test.each<[TelnyxCommand, Reaction]>([
  [answer, refusal(401, '10009')],
  [answer, refusal(400, '90034')],
  [answer, refusal(404, '10005')],
  [transfer, refusal(422, '90034')],
  [enqueue, refusal(422, '90034')],
  [hangup, refusal(422, '90034')],
  [hangup, refusal(401, '90018')],
])('no other refusal counts as done %#: %j', async (command, reaction) => {
  await withTelnyxApi(async ({ system, received, reactions }) => {
    reactions.push(reaction);
    const next = { ...hangup, params: { command_id: 'of-the-next' } };
    await expect(system().perform?.([command, next])).rejects.toThrow();
    expect(received.map((request) => request.path)).toEqual([path(command.action)]);
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
