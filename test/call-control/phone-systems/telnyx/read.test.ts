import { WebhookError, type WebhookRequest } from '../../../../src/call-control/index';
import { telnyx } from '../../../../src/call-control/phone-systems/telnyx/index';
import { phoneSystemSettings } from '../../../support/with-gateway';

import {
  agentAnswered,
  agentBridged,
  agentHungUp,
  API_KEY,
  CALLER,
  callerAnswered,
  callerBridged,
  callerHungUp,
  CALLER_LEG,
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
const steered = { state: 'STEERED', callControlId: CALLER, ...ids };

describe('an incoming call', () => {
  test('is to be answered, as a conversation of its own', () => {
    expect(read(webhook(incoming()))).toEqual({
      awaitsStep: false,
      call: {
        state: 'RINGING',
        callControlId: CALLER,
        conversationId: SESSION,
        transferId: CALLER_LEG,
      },
    });
  });

  test('is the same call when Telnyx sends it again', () => {
    const again = { ...incoming(), meta: { attempt: 2, delivered_to: 'https://failover.example.com' } };
    expect(read(webhook(again))).toEqual(read(webhook(incoming())));
  });

  test('has the ids that its address says', () => {
    const query = 'conversationId=c-7&transferId=t-7';
    expect(read(webhook(incoming(), { query })).call).toEqual({
      state: 'RINGING',
      callControlId: CALLER,
      conversationId: 'c-7',
      transferId: 't-7',
    });
  });

  test('is not ours to answer where we make it ourselves', () => {
    expect(read(webhook(outgoing()))).toEqual(leftAlone);
    expect(read(webhook(event('call.initiated', { direction: 'outgoing' })))).toEqual(leftAlone);
  });
});

describe('an answered caller', () => {
  test('asks for GenerativeAgent', () => {
    expect(read(webhook(callerAnswered()))).toEqual({
      event: { type: 'leg.requested', data: { ...ids, country: 'US' } },
      awaitsStep: true,
      call: steered,
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
    expect(reading.call).toEqual(steered);
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
      event: {
        type: 'leg.disconnected',
        data: { ...ids, by: 'CUSTOMER', cause: 'NORMAL', at: occurredAt },
      },
    });
  },
);

test('without a time it happened when it arrived', () => {
  const { event_type, payload } = agentAnswered().data;
  expect(read(webhook({ data: { event_type, payload } })).event).toEqual({
    type: 'leg.connected',
    data: { ...ids, at: undefined },
  });
});

describe('nothing is done about', () => {
  test.each([
    ['no state', undefined],
    ['null', null],
    ['the state of another application', 'aGF2ZSBhIG5pY2UgZGF5ID1d'],
    ['the state of a caller who was routed', routedState],
  ])('a leg with %s', (_what, client_state) => {
    for (const payload of [callerAnswered, callerBridged, callerHungUp, agentHungUp]) {
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
    ['no object', text('[]'), 'body: '],
    ['no data', {}, 'data: is missing'],
    ['no type', { data: {} }, 'data.event_type: is missing'],
    ['an empty type', event('', {}), 'data.event_type: must not be empty'],
    ['no payload', { data: { event_type: 'call.hangup' } }, 'data.payload: is missing'],
    ['no direction', incoming({ direction: undefined }), 'data.payload.direction: is missing'],
    ['no session', incoming({ call_session_id: undefined }), 'data.payload.call_session_id: is missing'],
    [
      'a session that is no id',
      incoming({ call_session_id: 'a/b' }),
      'data.payload.call_session_id: must not',
    ],
    ['no leg', incoming({ call_leg_id: undefined }), 'data.payload.call_leg_id: is missing'],
    ['no call', incoming({ call_control_id: '' }), 'data.payload.call_control_id: must not be empty'],
    ['no call', callerAnswered({ call_control_id: undefined }), 'data.payload.call_control_id: is missing'],
    ['no call', agentHungUp({ call_control_id: null }), 'data.payload.call_control_id: '],
    ['a state of another type', agentBridged({ client_state: 1 }), 'data.payload.client_state: '],
    [
      'a time that is none',
      event('call.answered', agentAnswered().data.payload, { occurred_at: 'now' }),
      'data.occurred_at: must be an ISO 8601',
    ],
  ])('%s', (_what, payload, message) => {
    const refused = () => read(webhook(payload));
    expect(refused).toThrow(WebhookError);
    expect(refused).toThrow(message);
  });

  test.each([
    ['conversationId=a%2Fb', 'conversationId: must not contain'],
    ['country=XX', 'country: must be an ISO 3166-1'],
  ])('an address with %s', (query, message) => {
    for (const payload of [incoming(), callerAnswered()]) {
      expect(() => read(webhook(payload, { query }))).toThrow(message);
    }
  });
});
