import { WebhookError, type WebhookRequest } from '../../../../src/call-control/index';
import {
  decodeClientState,
  encodeClientState,
} from '../../../../src/call-control/phone-systems/telnyx/client-state';
import { telnyx } from '../../../../src/call-control/phone-systems/telnyx/index';
import { phoneSystemSettings } from '../../../support/with-gateway';

import {
  agentAnswered,
  agentBridged,
  agentHungUp,
  agentState,
  API_KEY,
  CALLER,
  callerAnswered,
  callerBridged,
  callerHungUp,
  customerState,
  deskState,
  event,
  ids,
  incoming,
  occurredAt,
  outgoing,
  routedState,
  SESSION,
  webhook,
} from './telnyx-requests';

const system = telnyx({ ...phoneSystemSettings, publicKeys: [], apiKey: API_KEY });
const read = (request: WebhookRequest) => system.read(request);
const leftAlone = { awaitsStep: false, call: { state: 'LEFT_ALONE' } };
const steered = { state: 'STEERED', callControlId: CALLER, callId: SESSION, ...ids };
const NUMBER = '+14158675310';

/** Parameters that cannot be read, and what is said of them. */
const unreadable = [
  ['country=XX', 'country: must be an ISO 3166-1 alpha-2 country code, such as "US"'],
  ['conversationId=a%2Fb', 'conversationId: must not contain "/", white space or control characters'],
  ['transferId=a%20b', 'transferId: must not contain "/", white space or control characters'],
] as const;

describe('an incoming call', () => {
  test('is to be answered, as a conversation of its own', () => {
    expect(read(webhook(incoming()))).toEqual({
      ignored: [],
      awaitsStep: false,
      caller: { callId: SESSION, number: NUMBER },
      call: {
        state: 'RINGING',
        callControlId: CALLER,
        callId: SESSION,
        conversationId: SESSION,
        transferId: `${SESSION}.1`,
      },
    });
  });

  test('is the same call when Telnyx sends it again', () => {
    const again = { ...incoming(), meta: { attempt: 2, delivered_to: 'https://failover.example.com' } };
    expect(read(webhook(again))).toEqual(read(webhook(incoming())));
  });

  test('has the ids that its address says', () => {
    const query = 'conversationId=c-7&transferId=t-7';
    expect(read(webhook(incoming(), { query }))).toEqual({
      ignored: [],
      awaitsStep: false,
      caller: { callId: SESSION, number: NUMBER },
      call: {
        state: 'RINGING',
        callControlId: CALLER,
        callId: SESSION,
        conversationId: 'c-7',
        transferId: 't-7',
      },
    });
  });

  test.each(unreadable)(
    'is answered without what its address says and cannot be read, which is named: %s',
    (query, why) => {
      expect(read(webhook(incoming(), { query }))).toEqual({ ...read(webhook(incoming())), ignored: [why] });
    },
  );

  test.each([[undefined], [null], [7], [{}]])('is answered without a number that is none: %j', (from) => {
    expect(read(webhook(incoming({ from })))).toEqual({
      ...read(webhook(incoming())),
      caller: { callId: SESSION, number: undefined },
    });
  });

  test.each([
    { call_leg_id: undefined },
    { call_leg_id: 'a/b' },
    { client_state: 1 },
    { to: null, state: 7, tags: 'none' },
  ])('is answered whatever else of it is odd: %j', (odd) => {
    expect(read(webhook(incoming(odd)))).toEqual(read(webhook(incoming())));
  });

  test.each([[undefined], [null], [''], [7]])(
    'is not ours to answer where it does not say that it comes in: %j',
    (direction) => {
      expect(read(webhook(incoming({ direction })))).toEqual(leftAlone);
    },
  );

  test('is not ours to answer where we make it ourselves', () => {
    expect(read(webhook(outgoing()))).toEqual(leftAlone);
    expect(read(webhook(event('call.initiated', { direction: 'outgoing' })))).toEqual(leftAlone);
  });
});

describe('an answered caller', () => {
  test('asks for GenerativeAgent', () => {
    expect(read(webhook(callerAnswered()))).toEqual({
      event: { type: 'leg.requested', data: { ...ids, country: 'US' } },
      ignored: [],
      awaitsStep: true,
      caller: { callId: SESSION },
      call: { ...steered, asksForLeg: true },
    });
  });

  test('takes what the address says: country, task and variables', () => {
    const query = 'country=GB&taskName=billing&var.account=3434&var.name=A%20B';
    expect(read(webhook(callerAnswered(), { query })).event).toEqual({
      type: 'leg.requested',
      data: {
        ...ids,
        country: 'GB',
        inputContext: { taskName: 'billing', inputVariables: { account: '3434', name: 'A B' } },
      },
    });
  });

  test('keeps the ids that the call was answered with', () => {
    const reading = read(webhook(callerAnswered(), { query: 'conversationId=another&transferId=another' }));
    expect(reading.event?.data).toMatchObject(ids);
    expect(reading.call).toEqual({ ...steered, asksForLeg: true });
  });

  test.each(unreadable)(
    'is served without what the address says and cannot be read, which is named: %s',
    (query, why) => {
      expect(read(webhook(callerAnswered(), { query }))).toEqual({
        ...read(webhook(callerAnswered())),
        ignored: [why],
      });
    },
  );
});

describe('a call whose state does not say which it is has the id of its conversation:', () => {
  /** The state of a leg, without the call's id. */
  const withoutCall = (text: string) => {
    const state = decodeClientState(text);
    if (state === undefined) throw new Error('No state of the gateway');
    return { client_state: encodeClientState({ ...state, callId: undefined }) };
  };
  const old = withoutCall(customerState);

  test('the caller answers', () => {
    const { caller, call } = read(webhook(callerAnswered(old)));
    expect(caller).toEqual({ callId: 'conv-1' });
    expect(call).toEqual({ ...steered, callId: 'conv-1', asksForLeg: true });
  });

  test('the dialled leg is over', () => {
    const state = withoutCall(agentState);
    expect(read(webhook(agentHungUp(state))).call).toEqual({ ...steered, callId: 'conv-1' });
  });

  test('the leg to a person is over', () => {
    const state = withoutCall(deskState('ROUTE'));
    const busy = { hangup_cause: 'user_busy', ...state };
    expect(read(webhook(agentHungUp(busy)))).toEqual({
      event: { type: 'leg.disconnected', data: ids },
      awaitsStep: true,
      call: { ...steered, callId: 'conv-1', unanswered: 'ROUTE' },
    });
  });

  test('the caller hangs up', () => {
    expect(read(webhook(callerHungUp(old))).event).toMatchObject({
      type: 'caller.left',
      data: { conversationId: 'conv-1', callId: 'conv-1' },
    });
  });
});

test.each([
  ['is answered', agentAnswered()],
  ['is bridged', agentBridged()],
])('the dialled leg %s: GenerativeAgent is connected', (_what, payload) => {
  expect(read(webhook(payload))).toEqual({
    ...leftAlone,
    event: { type: 'leg.connected', data: { ...ids, at: occurredAt } },
  });
});

test('the caller’s leg is bridged: GenerativeAgent is connected', () => {
  expect(read(webhook(callerBridged())).event).toEqual({
    type: 'leg.connected',
    data: { ...ids, at: occurredAt },
  });
});

test('the dialled leg is over: the caller waits for what comes next', () => {
  expect(read(webhook(agentHungUp()))).toEqual({
    event: {
      type: 'leg.disconnected',
      data: { ...ids, by: 'GENERATIVE_AGENT', cause: 'NORMAL', at: occurredAt },
    },
    awaitsStep: true,
    call: steered,
  });
});

test('the dialled leg was busy: the customer is still there', () => {
  const busy = { hangup_cause: 'user_busy', hangup_source: 'callee', sip_hangup_cause: '486' };
  expect(read(webhook(agentHungUp(busy))).event?.data).toMatchObject({
    by: 'GENERATIVE_AGENT',
    cause: 'BUSY',
  });
});

test.each([{ sip_hangup_cause: 486 }, { sip_hangup_cause: '486', hangup_source: null }])(
  'the end of a leg is heard in other types, too: %j',
  (more) => {
    const { event: said } = read(webhook(agentHungUp({ hangup_cause: null, ...more })));
    expect(said?.data).toMatchObject({ by: 'GENERATIVE_AGENT', cause: 'BUSY' });
  },
);

test.each(['normal_clearing', 'originator_cancel', 'a_new_word'])(
  'the caller’s leg is over (%s): the customer has gone, and nobody waits',
  (hangup_cause) => {
    expect(read(webhook(callerHungUp({ hangup_cause })))).toEqual({
      ...leftAlone,
      caller: { callId: SESSION },
      event: {
        type: 'caller.left',
        data: { conversationId: ids.conversationId, callId: SESSION, cause: 'NORMAL', at: occurredAt },
      },
    });
  },
);

test.each([[undefined], [null], [''], ['now'], ['2026-11-24T10:00:00'], [1764000000], [{}]])(
  'without a time that can be read it happened when it arrived: %j',
  (occurred_at) => {
    const said = ({ data: { event_type, payload } }: ReturnType<typeof event>) =>
      read(webhook(event(event_type, payload, { occurred_at }))).event?.data;
    expect(said(agentAnswered())).toEqual({ ...ids, at: undefined });
    expect(said(callerBridged())).toEqual({ ...ids, at: undefined });
    const ended = { by: 'GENERATIVE_AGENT', cause: 'NORMAL', at: undefined };
    expect(said(agentHungUp())).toEqual({ ...ids, ...ended });
    const left = { conversationId: ids.conversationId, callId: SESSION, cause: 'NORMAL', at: undefined };
    expect(said(callerHungUp())).toEqual(left);
    expect(said(callerAnswered())).toEqual({ ...ids, country: 'US' });
  },
);

test.each([[7], [{}], [['normal_clearing']]])('words that are none are not heard: %j', (odd) => {
  const words = { hangup_cause: odd, hangup_source: odd, sip_hangup_cause: null };
  expect(read(webhook(agentHungUp(words)))).toMatchObject({
    event: { type: 'leg.disconnected', data: { ...ids, by: 'UNKNOWN', cause: 'NORMAL' } },
    awaitsStep: true,
    call: steered,
  });
  expect(read(webhook(callerHungUp(words)))).toEqual(read(webhook(callerHungUp())));
});

describe('nothing is done about', () => {
  test.each([
    ['no state', undefined],
    ['null', null],
    ['a state of another type', 1],
    ['the state of another application', 'aGF2ZSBhIG5pY2UgZGF5ID1d'],
    ['the state of a caller who was routed', routedState],
  ])('a leg with %s', (_what, client_state) => {
    for (const payload of [callerAnswered, callerBridged, callerHungUp, agentBridged, agentHungUp]) {
      expect(read(webhook(payload({ client_state })))).toEqual(leftAlone);
    }
  });

  test.each([
    'call.enqueued',
    'call.dequeued',
    'call.speak.ended',
    'call.machine.detection.ended',
    'call.cost',
    'streaming.started',
    'something.new',
  ])('the event %s', (event_type) => {
    expect(read(webhook(event(event_type, { call_control_id: CALLER })))).toEqual(leftAlone);
    expect(read(webhook({ data: { event_type, payload: 'anything', occurred_at: 'then' } }))).toEqual(
      leftAlone,
    );
  });
});

describe('a webhook that does not fit is refused, and the field is named:', () => {
  const text = (value: string) => Buffer.from(value);

  test.each<[string, unknown, string]>([
    ['no JSON', text('{'), 'body: is not JSON'],
    ['nothing', text(''), 'body: is not JSON'],
    ['no object', text('[]'), 'body: Invalid input'],
    ['no data', {}, 'data: is missing'],
    ['no type', { data: {} }, 'data.event_type: is missing'],
    ['an empty type', event('', {}), 'data.event_type: must not be empty'],
    ['no payload', { data: { event_type: 'call.hangup' } }, 'data.payload: is missing'],
    ['no session', incoming({ call_session_id: undefined }), 'data.payload.call_session_id: is missing'],
    [
      'a session that is no id',
      incoming({ call_session_id: 'a/b' }),
      'data.payload.call_session_id: must not',
    ],
    ['no call', incoming({ call_control_id: '' }), 'data.payload.call_control_id: must not be empty'],
    ['no call', callerAnswered({ call_control_id: undefined }), 'data.payload.call_control_id: is missing'],
    ['no call', agentHungUp({ call_control_id: null }), 'data.payload.call_control_id: '],
  ])('%s', (_what, payload, message) => {
    const refused = () => read(webhook(payload));
    expect(refused).toThrow(WebhookError);
    expect(refused).toThrow(message);
  });
});
