import type { WebhookRequest } from '../../../../src/call-control/index';
import { twilio } from '../../../../src/call-control/phone-systems/twilio/index';
import { phoneSystemSettings } from '../../../support/with-gateway';

import { answered, AUTH_TOKEN, CALL_SID, dialEnded, incoming, webhook } from './twilio-requests';

const system = twilio({ ...phoneSystemSettings, authTokens: [AUTH_TOKEN] });
const read = (request: WebhookRequest) => system.read(request);
const ids = 'conversationId=conv-1&transferId=conv-1-a';

describe('an incoming call', () => {
  test('asks for a leg of a conversation of its own', () => {
    expect(read(webhook('voice', incoming))).toEqual({
      event: {
        type: 'leg.requested',
        data: { conversationId: CALL_SID, transferId: CALL_SID, country: 'US' },
      },
      awaitsStep: true,
      call: { conversationId: CALL_SID },
    });
  });

  const withToken = (CallStatus: string, token: string) =>
    read(webhook('voice', { ...incoming, CallStatus }, { headers: { 'i-twilio-idempotency-token': token } }))
      .event?.data.transferId;

  test('asks for the same leg however often Twilio sends it', () => {
    expect(withToken('ringing', 'b3a1')).toBe(CALL_SID);
    expect(withToken('ringing', 'c4d2')).toBe(CALL_SID);
  });

  test('that a flow sends back asks for another leg, and for the same when Twilio repeats that', () => {
    expect(withToken('in-progress', 'b3a1')).toBe(`${CALL_SID}.b3a1`);
    expect(withToken('in-progress', 'b3a1')).toBe(`${CALL_SID}.b3a1`);
    expect(withToken('in-progress', 'c4d2')).toBe(`${CALL_SID}.c4d2`);
  });

  test('takes what its address says: conversation, leg, country, task and variables', () => {
    const query = `${ids}&country=GB&taskName=billing&var.account=3434&var.name=A%20B`;
    expect(read(webhook('voice', incoming, { query })).event).toEqual({
      type: 'leg.requested',
      data: {
        conversationId: 'conv-1',
        transferId: 'conv-1-a',
        country: 'GB',
        inputContext: { taskName: 'billing', inputVariables: { account: '3434', name: 'A B' } },
      },
    });
  });

  test.each([
    [{ ...incoming, CallSid: '' }, '', 'CallSid: must not be empty'],
    [{}, '', 'CallSid: is missing'],
    [{ ...incoming, CallStatus: '' }, '', 'CallStatus: must not be empty'],
    [incoming, 'country=XX', 'country: must be an ISO 3166-1'],
    [incoming, 'conversationId=a%2Fb', 'conversationId: must not contain'],
  ])('that does not fit is refused by the field %#', (parameters, query, message) => {
    expect(() => read(webhook('voice', parameters as Record<string, string>, { query }))).toThrow(message);
  });
});

test.each([
  ['client:alice', '+18005551212', '+18005551212'],
  ['sip:alice@example.com', 'sip:desk@example.com', ''],
  ['anonymous', undefined, ''],
])('of a caller without a number (%s) the called one is known', (From, To, called) => {
  const { To: _, ...rest } = incoming;
  const parameters = { ...rest, From, ...(To === undefined ? {} : { To }) };
  expect(read(webhook('voice', parameters)).call).toEqual({ conversationId: CALL_SID, called });
});

describe("the end of a route's own leg", () => {
  const query = `${ids}&dialled=ROUTE`;

  test.each(['busy', 'no-answer', 'failed', 'canceled'])('asks for another route: %s', (DialCallStatus) => {
    expect(
      read(webhook('routed', { ...dialEnded, DialBridged: 'false', DialCallStatus }, { query })),
    ).toEqual({
      event: { type: 'leg.disconnected', data: { conversationId: 'conv-1', transferId: 'conv-1-a' } },
      awaitsStep: true,
      call: { conversationId: 'conv-1', unanswered: 'ROUTE' },
    });
  });

  test.each([
    ['somebody answered', { DialCallStatus: 'completed' }],
    ['the caller has gone', { DialCallStatus: 'canceled', CallStatus: 'completed', DialBridged: 'false' }],
  ])('asks for nothing where %s', (_why, more) => {
    expect(read(webhook('routed', { ...dialEnded, ...more }, { query }))).toEqual({
      awaitsStep: false,
      call: { conversationId: 'conv-1' },
    });
  });
});

describe('the end of the dialled leg', () => {
  // The caller's own leg, the dialled leg, whether they were bridged: who ended it, and why.
  test.each([
    ['in-progress', 'completed', 'true', 'GENERATIVE_AGENT', 'NORMAL'],
    ['in-progress', 'completed', undefined, 'GENERATIVE_AGENT', 'NORMAL'],
    ['in-progress', 'answered', 'true', 'GENERATIVE_AGENT', 'NORMAL'],
    ['in-progress', 'completed', 'false', 'GENERATIVE_AGENT', 'NO_ANSWER'],
    ['in-progress', 'busy', 'false', 'GENERATIVE_AGENT', 'BUSY'],
    ['in-progress', 'no-answer', 'false', 'GENERATIVE_AGENT', 'NO_ANSWER'],
    ['in-progress', 'failed', 'false', 'GENERATIVE_AGENT', 'FAILED'],
    ['in-progress', 'canceled', 'false', 'GENERATIVE_AGENT', 'NO_ANSWER'],
    ['ringing', 'busy', 'false', 'GENERATIVE_AGENT', 'BUSY'],
    ['in-progress', 'a new word', 'false', 'GENERATIVE_AGENT', 'FAILED'],
    ['completed', 'completed', 'true', 'CUSTOMER', 'NORMAL'],
    ['completed', 'completed', 'false', 'CUSTOMER', 'CANCELLED'],
    ['completed', 'canceled', 'false', 'CUSTOMER', 'CANCELLED'],
    ['no-answer', 'canceled', undefined, 'CUSTOMER', 'CANCELLED'],
    ['canceled', 'no-answer', 'false', 'CUSTOMER', 'CANCELLED'],
  ])('caller %s, dialled leg %s, bridged %s: %s, %s', (CallStatus, DialCallStatus, bridged, by, cause) => {
    const { DialBridged: _, ...without } = dialEnded;
    const parameters = { ...without, CallStatus, DialCallStatus };
    const read_ = read(
      webhook('dial', bridged === undefined ? parameters : { ...parameters, DialBridged: bridged }, {
        query: ids,
      }),
    );
    expect(read_).toEqual({
      event: {
        type: 'leg.disconnected',
        data: { conversationId: 'conv-1', transferId: 'conv-1-a', by, cause },
      },
      awaitsStep: true,
      call: { conversationId: 'conv-1' },
    });
  });

  test('is refused where a field is missing', () => {
    expect(() => read(webhook('dial', incoming, { query: ids }))).toThrow('DialCallStatus: is missing');
    expect(() => read(webhook('dial', dialEnded, { query: 'conversationId=c' }))).toThrow(
      'transferId: is missing',
    );
  });
});

describe("a status callback of the caller's own call", () => {
  const { ParentCallSid: _, ...own } = { ...answered, CallSid: CALL_SID, Direction: 'inbound' };

  test.each(['completed', 'busy', 'failed', 'no-answer', 'canceled'])(
    'says that the customer is gone: %s',
    (CallStatus) => {
      expect(read(webhook('status', { ...own, CallStatus }))).toEqual({
        event: {
          type: 'leg.disconnected',
          data: {
            conversationId: CALL_SID,
            transferId: CALL_SID,
            by: 'CUSTOMER',
            cause: 'NORMAL',
            at: '2025-11-24T10:00:00.000Z',
          },
        },
        awaitsStep: false,
        call: { conversationId: CALL_SID },
      });
    },
  );

  test.each(['queued', 'ringing', 'in-progress'])('says nothing else: %s', (CallStatus) => {
    expect(read(webhook('status', { ...own, CallStatus })).event).toBeUndefined();
  });
});

describe('a status callback of the dialled number', () => {
  test('says when GenerativeAgent answered', () => {
    expect(read(webhook('status', answered, { query: ids }))).toEqual({
      event: {
        type: 'leg.connected',
        data: { conversationId: 'conv-1', transferId: 'conv-1-a', at: '2025-11-24T10:00:00.000Z' },
      },
      awaitsStep: false,
      call: { conversationId: 'conv-1' },
    });
  });

  test('leaves the time out where it cannot be read', () => {
    const { event } = read(webhook('status', { ...answered, Timestamp: 'soon' }, { query: ids }));
    expect(event?.data).toEqual({ conversationId: 'conv-1', transferId: 'conv-1-a' });
  });

  test.each(['initiated', 'ringing', 'completed', 'busy', 'no-answer', 'failed', 'canceled'])(
    'says nothing else: %s is for the action to report, which knows who hung up',
    (CallStatus) => {
      expect(read(webhook('status', { ...answered, CallStatus }, { query: ids })).event).toBeUndefined();
    },
  );
});
