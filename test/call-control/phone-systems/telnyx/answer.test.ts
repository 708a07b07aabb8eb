import {
  decodeClientState,
  encodeClientState,
} from '../../../../src/call-control/phone-systems/telnyx/client-state';
import { commandId } from '../../../../src/call-control/phone-systems/telnyx/commands';
import { telnyx, type TelnyxOptions } from '../../../../src/call-control/phone-systems/telnyx/index';
import type { NextStep, RoutingDecision } from '../../../../src/index';
import { phoneSystemSettings } from '../../../support/with-gateway';
import { dialNumber, dialSip, handedOver, routeTo } from '../steps';

import {
  agentHungUp,
  agentState,
  API_KEY,
  CALLER,
  callerAnswered,
  callerBridged,
  callerHungUp,
  customerState,
  deskHungUp,
  deskState,
  ids,
  incoming,
  routedState,
  SESSION,
  webhook,
} from './telnyx-requests';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const uuid = expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/) as string;

const commands = (payload: unknown, step?: NextStep, options: Partial<TelnyxOptions> = {}, now = NOW) => {
  const system = telnyx({ ...phoneSystemSettings, publicKeys: [], apiKey: API_KEY, ...options });
  const { contentType, body, commands: told } = system.answer(step, system.read(webhook(payload)).call, now);
  expect([contentType, body]).toEqual(['application/json', '{}']);
  expect(told).toBeDefined();
  return told ?? [];
};

test('ASAPP’s SIP address is dialled with the header that names the transfer', () => {
  expect(commands(callerAnswered(), dialSip(ids.transferId))).toMatchObject([
    {
      action: 'transfer',
      params: {
        to: 'sip:transfers@sip.example.com;transport=tls',
        custom_headers: [{ name: 'X-ASAPP-CallTransferId', value: ids.transferId }],
      },
    },
  ]);
});

const idOf = (told: ReturnType<typeof commands>) => told.map(({ params }) => params.command_id)[0];

test('a call that comes in is answered, and is a customer’s from then on', () => {
  const query = new URLSearchParams(ids).toString();
  const system = telnyx({ ...phoneSystemSettings, publicKeys: [], apiKey: API_KEY });
  const { call } = system.read(webhook(incoming(), { query }));
  expect(system.answer(undefined, call, NOW).commands).toEqual([
    {
      action: 'answer',
      callControlId: CALLER,
      params: { client_state: customerState, command_id: uuid },
    },
  ]);
});

test('a number is dialled so that the caller stays on the line when GenerativeAgent hangs up', () => {
  expect(commands(callerAnswered(), dialNumber())).toEqual([
    {
      action: 'transfer',
      callControlId: CALLER,
      params: {
        to: '+12005550100',
        timeout_secs: 20,
        park_after_unbridge: 'self',
        client_state: customerState,
        target_leg_client_state: agentState,
        command_id: uuid,
      },
    },
  ]);
});

test.each([
  ['2026-11-24T10:00:48Z', 20],
  ['2026-11-24T10:00:07.900Z', 7],
  // Telnyx takes no less.
  ['2026-11-24T10:00:03Z', 5],
  ['2026-11-24T09:59:00Z', 5],
])('with a number to be dialled by %s it rings for at most %s s', (dialBy, timeout_secs) => {
  expect(commands(callerAnswered(), dialNumber(dialBy))).toMatchObject([{ params: { timeout_secs } }]);
});

test('GenerativeAgent, and whoever comes after it, sees the number that the settings say', () => {
  const callerId = '+18005551212';
  const onward = routeTo({ type: 'DIAL', to: '+18005550100' });
  expect(commands(callerAnswered(), dialNumber(), { callerId })).toMatchObject([
    { params: { from: callerId } },
  ]);
  expect(commands(agentHungUp(), onward, { callerId })).toMatchObject([{ params: { from: callerId } }]);
});

test('a number that is dialled once more is a leg of its own, on the caller’s call', () => {
  const [first] = commands(callerAnswered(), dialNumber());
  const [again] = commands(agentHungUp(), dialNumber(undefined, 'conv-1-b'));
  expect(again).toMatchObject({ action: 'transfer', callControlId: CALLER });
  expect(again?.params.command_id).not.toBe(first?.params.command_id);
  const state = { role: 'customer', callId: SESSION, conversationId: 'conv-1', transferId: 'conv-1-b' };
  expect(decodeClientState(again?.params.client_state)).toMatchObject(state);
});

test.each<[RoutingDecision['route'], string, object]>([
  [{ type: 'QUEUE', queue: 'agents & more' }, 'enqueue', { queue_name: 'agents & more' }],
  [
    { type: 'DIAL', to: '+18005551212' },
    'transfer',
    { to: '+18005551212', timeout_secs: 30, target_leg_client_state: deskState('ROUTE') },
  ],
  [
    { type: 'DIAL', to: 'sip:agents@example.com' },
    'transfer',
    { to: 'sip:agents@example.com', timeout_secs: 30, target_leg_client_state: deskState('ROUTE') },
  ],
  [{ type: 'HANG_UP' }, 'hangup', {}],
  // What nobody knows: the fallback route.
  [{ flow: 'billing' }, 'enqueue', { queue_name: 'fallback' }],
])(
  'the route %j is carried out, and the caller is nobody’s customer from then on',
  (route, action, params) => {
    expect(commands(agentHungUp(), routeTo(route))).toEqual([
      { action, callControlId: CALLER, params: { ...params, client_state: routedState, command_id: uuid } },
    ]);
  },
);

test.each<RoutingDecision['route']>([
  { type: 'REDIRECT', url: 'https://ivr.example.com/menu' },
  { type: 'CONTINUE' },
])('after %j the caller stays parked, for the owner’s own application', (route) => {
  expect(commands(agentHungUp(), routeTo(route))).toEqual([]);
});

test('without an address to continue at the caller gets the fallback route', () => {
  const told = commands(agentHungUp(), routeTo({ type: 'CONTINUE' }), { continueUrl: undefined });
  expect(told).toMatchObject([{ action: 'enqueue', params: { queue_name: 'fallback' } }]);
});

test('the id of a command says what it is for', () => {
  const queue = routeTo({ type: 'QUEUE', queue: 'agents' });
  const told = [
    commands(callerAnswered(), dialNumber()),
    commands(agentHungUp(), queue),
    commands(deskHungUp('ROUTE', 'user_busy'), queue),
  ];
  expect(told.map(idOf)).toEqual([
    commandId('conv-1', 'conv-1-a', 'dial'),
    commandId('conv-1', 'conv-1-a', 'route'),
    commandId('conv-1', 'conv-1-a', 'route after ROUTE'),
  ]);
  expect(idOf(commands(incoming()))).toBe(commandId(SESSION, `${SESSION}.1`, 'answer'));
});

test('without a number of the settings none is named, so that Telnyx takes the called one', () => {
  const desk = routeTo({ type: 'DIAL', to: '+18005550100' });
  for (const [told] of [commands(callerAnswered(), dialNumber()), commands(agentHungUp(), desk)]) {
    expect(told?.params).not.toHaveProperty('from');
  }
});

test('the same webhook again makes the same commands', () => {
  const queue = routeTo({ type: 'QUEUE', queue: 'agents' });
  expect(commands(incoming())).toEqual(commands(incoming()));
  expect(idOf(commands(callerAnswered(), dialNumber(), {}, NOW + 900))).toBe(
    idOf(commands(callerAnswered(), dialNumber())),
  );
  expect(commands(agentHungUp(), queue)).toEqual(commands(agentHungUp(), queue));
});

test('a leg is answered, dialled and routed once each: whatever else is decided has the same id', () => {
  const routes = [
    routeTo({ type: 'QUEUE', queue: 'agents' }),
    routeTo({ type: 'DIAL', to: '+18005551212' }),
    routeTo({ type: 'HANG_UP' }),
    // Of a fallback, which may not know the leg.
    routeTo({ type: 'QUEUE', queue: 'sorry' }, { transferId: '' }),
  ].map((step) => idOf(commands(agentHungUp(), step)));
  expect(new Set(routes).size).toBe(1);
  const others = [idOf(commands(incoming())), idOf(commands(callerAnswered(), dialNumber()))];
  expect(new Set([...routes, ...others]).size).toBe(3);
});

test('a decision about another leg than the webhook’s is that leg’s, however often it is answered', () => {
  const queue = (transferId: string) => routeTo({ type: 'QUEUE', queue: 'agents' }, { transferId });
  const later = commands(agentHungUp(), queue('conv-1-b'));
  expect(later).toEqual(commands(agentHungUp(), queue('conv-1-b')));
  expect(idOf(later)).not.toBe(idOf(commands(agentHungUp(), queue('conv-1-a'))));
  const state = { role: 'routed', callId: SESSION, conversationId: 'conv-1' };
  expect(decodeClientState(later[0]?.params.client_state)).toMatchObject({
    ...state,
    transferId: 'conv-1-b',
  });
  // The later leg’s own webhook is answered with the same command.
  const client_state = encodeClientState({
    ...state,
    role: 'generativeAgent',
    transferId: 'conv-1-b',
    customer: CALLER,
  });
  expect(commands(agentHungUp({ client_state }), queue('conv-1-b'))).toEqual(later);
  const [unnamed] = commands(agentHungUp(), queue(''));
  expect(decodeClientState(unnamed?.params.client_state)).toMatchObject({ ...state, transferId: 'conv-1-a' });
});

test.each([
  ['the caller has hung up', callerHungUp()],
  ['the legs are bridged', callerBridged()],
])('nothing is done where %s', (_what, payload) => {
  expect(commands(payload)).toEqual([]);
  expect(commands(payload, dialNumber())).toEqual([]);
});

test('nothing is done where no step was asked for', () => {
  expect(commands(agentHungUp())).toEqual([]);
});

test('a caller for whom nobody answered gets the fallback route, and after that the end of the call', () => {
  const step = routeTo({ type: 'DIAL', to: '+18005551212' });
  const fallbackRoute = { type: 'DIAL', to: '+18005550100' } as const;
  const [queued] = commands(deskHungUp('ROUTE'), step);
  expect(queued).toMatchObject({
    action: 'enqueue',
    callControlId: CALLER,
    params: { queue_name: 'fallback' },
  });
  expect(commands(deskHungUp('ROUTE'), step, { fallbackRoute })).toMatchObject([
    { action: 'transfer', params: { to: '+18005550100', target_leg_client_state: deskState('FALLBACK') } },
  ]);
  const ended = commands(deskHungUp('FALLBACK'), step, { fallbackRoute });
  expect(ended).toMatchObject([{ action: 'hangup', callControlId: CALLER }]);
  // Telnyx carries each of them out.
  const ids = [commands(agentHungUp(), step), [queued as never], ended].map(idOf);
  expect(new Set(ids).size).toBe(3);
});

test.each(['normal_clearing', 'originator_cancel', 'time_limit'])(
  'nothing is done where somebody answered, or the caller has gone: %s',
  (hangup_cause) => {
    expect(commands(deskHungUp('ROUTE', hangup_cause), dialNumber())).toEqual([]);
  },
);

describe('what a route hands over', () => {
  const handOver = ['reason', 'customer'];
  const variables = { reason: '<refund>', customer: 'A & B' };
  const stateOf = (told: ReturnType<typeof commands>) =>
    told.map(({ params }) => decodeClientState(params.client_state));

  test('is in the headers of a call over SIP, and in the state of the caller’s leg', () => {
    const told = commands(agentHungUp(), routeTo({ type: 'DIAL', to: 'sip:desk@example.com', handOver }));
    const { 'User-to-User': userToUser, ...others } = handedOver;

    expect(told).toMatchObject([
      {
        action: 'transfer',
        params: {
          custom_headers: Object.entries(others).map(([name, value]) => ({ name, value })),
          sip_headers: [{ name: 'User-to-User', value: userToUser }],
        },
      },
    ]);
    expect(stateOf(told)).toMatchObject([{ role: 'routed', handOver: variables }]);
  });

  test('is in the state alone where the call is queued, or a number is dialled', () => {
    const queued = commands(agentHungUp(), routeTo({ type: 'QUEUE', queue: 'agents', handOver }));
    const dialled = commands(agentHungUp(), routeTo({ type: 'DIAL', to: '+18005551212', handOver }));

    expect(stateOf([...queued, ...dialled])).toMatchObject([
      { handOver: variables },
      { handOver: variables },
    ]);
    expect(JSON.stringify([queued, dialled])).not.toContain('_headers');
  });
});

test('a route in answer to a request for a leg is too late if the number was dialled, and any other is not', () => {
  const route = routeTo({ type: 'QUEUE', queue: 'agents' });
  const dialled = idOf(commands(callerAnswered(), dialNumber()));
  expect(commands(callerAnswered(), route)).toMatchObject([{ action: 'enqueue', unless: dialled }]);
  expect(commands(agentHungUp(), route)[0]).not.toHaveProperty('unless');
});
