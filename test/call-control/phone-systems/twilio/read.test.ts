import { WebhookError, type WebhookRequest } from '../../../../src/call-control/index';
import { legEventSchema } from '../../../../src/call-control/leg-events';
import { twilio } from '../../../../src/call-control/phone-systems/twilio/index';
import { phoneSystemSettings } from '../../../support/with-gateway';

import { answered, AUTH_TOKEN, CALL_SID, dialEnded, incoming, webhook } from './twilio-requests';

const system = twilio({ ...phoneSystemSettings, authTokens: [AUTH_TOKEN] });
const read = (request: WebhookRequest) => system.read(request);
const ids = 'conversationId=conv-1&transferId=conv-1-a';

/** Of two of Twilio's idempotency tokens, the first 12 hex digits of SHA-256. */
const visits = { b3a1: 'e5028abd13db', c4d2: '3d26e5a0b40d' };

/** The webhook of a call, which Twilio sends with this token. */
const voice = (token = 'b3a1', parameters: Record<string, string> = incoming) =>
  webhook('voice', parameters, { headers: { 'i-twilio-idempotency-token': token } });

/** The parameters without one of them. */
const without = (parameters: Record<string, string>, name: string) =>
  Object.fromEntries(Object.entries(parameters).filter(([other]) => other !== name));

describe('an incoming call', () => {
  test('asks for a leg of a conversation of its own', () => {
    expect(read(voice())).toEqual({
      event: {
        type: 'leg.requested',
        data: { conversationId: CALL_SID, transferId: `${CALL_SID}.${visits.b3a1}`, country: 'US' },
      },
      ignored: [],
      awaitsStep: true,
      caller: { callId: CALL_SID, number: '+14158675310' },
      call: { conversationId: CALL_SID },
    });
  });

  test.each(['queued', 'ringing', 'in-progress', 'completed', 'a-new-word', undefined])(
    'asks for the same leg however often Twilio sends it, and for another when a flow sends it back: %s',
    (CallStatus) => {
      const status = without(incoming, 'CallStatus');
      const parameters = CallStatus === undefined ? status : { ...status, CallStatus };
      expect(read(voice('b3a1', parameters))).toEqual(read(voice('b3a1')));
      expect(read(voice('c4d2', parameters)).event?.data).toMatchObject({
        conversationId: CALL_SID,
        transferId: `${CALL_SID}.${visits.c4d2}`,
      });
    },
  );

  test.each([{}, { 'i-twilio-idempotency-token': '' }])(
    'without a token is a visit of its own each time: %j',
    (headers) => {
      const leg = () => {
        const { event, ...reading } = read(webhook('voice', incoming, { headers }));
        expect(reading).toMatchObject({ caller: { callId: CALL_SID }, call: { conversationId: CALL_SID } });
        return legEventSchema.parse(event).data.transferId;
      };
      const legs = [leg(), leg(), leg()];
      for (const transferId of legs) expect(transferId).toMatch(new RegExp(`^${CALL_SID}\\.[\\da-f-]{12,}$`));
      expect(new Set(legs).size).toBe(3);
    },
  );

  test('takes what its address says: conversation, leg, country, task and variables', () => {
    const query = `${ids}&country=GB&taskName=billing&var.account=3434&var.name=A%20B`;
    expect(read(webhook('voice', incoming, { query }))).toEqual({
      event: {
        type: 'leg.requested',
        data: {
          conversationId: 'conv-1',
          transferId: 'conv-1-a',
          country: 'GB',
          inputContext: { taskName: 'billing', inputVariables: { account: '3434', name: 'A B' } },
        },
      },
      ignored: [],
      awaitsStep: true,
      caller: { callId: CALL_SID, number: '+14158675310' },
      call: { conversationId: 'conv-1' },
    });
  });

  // What Twilio shows in place of the number: the word on the keys of a telephone.
  test.each([
    ['ANONYMOUS', '+266696687'],
    ['RESTRICTED', '+7378742833'],
    ['BLOCKED', '+2562533'],
    ['UNKNOWN', '+8656696'],
    ['UNAVAILABLE', '+86282452253'],
  ])('whose number is withheld has none: %s', (_word, From) => {
    expect(read(voice('b3a1', { ...incoming, From })).caller).toEqual({ callId: CALL_SID });
  });

  test('that tells no number at all has none', () => {
    const { caller, call } = read(voice('b3a1', without(incoming, 'From')));
    expect(call).toEqual({ conversationId: CALL_SID });
    expect([caller?.callId, caller?.number ?? '']).toEqual([CALL_SID, '']);
  });

  test.each([
    ['country=XX', 'country: must be an ISO 3166-1 alpha-2 country code, such as "US"'],
    ['conversationId=a%2Fb', 'conversationId: must not contain "/", white space or control characters'],
    ['transferId=a%20b', 'transferId: must not contain "/", white space or control characters'],
  ])('is taken without what its address says and cannot be read, which is named: %s', (query, why) => {
    const request = { ...voice(), query: new URLSearchParams(`${query}&taskName=billing`) };
    const { event, ignored, call } = read(request);
    expect(ignored).toEqual([why]);
    expect(event).toEqual({
      type: 'leg.requested',
      data: { ...read(voice()).event?.data, inputContext: { taskName: 'billing' } },
    });
    expect(call).toEqual({ conversationId: CALL_SID });
  });

  test.each<[Record<string, string>, string]>([
    [{ ...incoming, CallSid: '' }, 'CallSid: must not be empty'],
    [{ ...incoming, CallSid: 'a/b' }, 'CallSid: must not contain'],
    [{}, 'CallSid: is missing'],
  ])('that does not fit is refused by the field %#', (parameters, message) => {
    const reading = () => read(webhook('voice', parameters));
    expect(reading).toThrow(WebhookError);
    expect(reading).toThrow(message);
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
    ['in-progress', 'answered', 'false', 'GENERATIVE_AGENT', 'NO_ANSWER'],
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
    // The caller counts as up where nothing is said: nobody takes one who waits for one who has gone.
    [undefined, 'completed', 'true', 'GENERATIVE_AGENT', 'NORMAL'],
    [undefined, 'busy', 'false', 'GENERATIVE_AGENT', 'BUSY'],
    [undefined, undefined, undefined, 'GENERATIVE_AGENT', 'FAILED'],
    ['in-progress', undefined, undefined, 'GENERATIVE_AGENT', 'FAILED'],
    ['in-progress', undefined, 'true', 'GENERATIVE_AGENT', 'FAILED'],
    ['completed', undefined, undefined, 'CUSTOMER', 'CANCELLED'],
  ])(
    'caller %s, dialled leg %s, bridged %s: %s, %s',
    (CallStatus, DialCallStatus, DialBridged, by, cause) => {
      const said = Object.entries({ ...dialEnded, CallStatus, DialCallStatus, DialBridged });
      const parameters = said.filter(
        (parameter): parameter is [string, string] => parameter[1] !== undefined,
      );
      expect(read(webhook('dial', Object.fromEntries(parameters), { query: ids }))).toEqual({
        event: {
          type: 'leg.disconnected',
          data: { conversationId: 'conv-1', transferId: 'conv-1-a', by, cause },
        },
        awaitsStep: true,
        call: { conversationId: 'conv-1' },
      });
    },
  );

  test.each([
    ['failed', '486', 'BUSY'],
    ['failed', '603', 'REJECTED'],
    ['failed', '488', 'FAILED'],
    // A leg that failed cannot have ended normally.
    ['failed', '200', 'FAILED'],
    ['failed', 'soon', 'FAILED'],
    ['a new word', '486', 'FAILED'],
    ['no-answer', '603', 'NO_ANSWER'],
  ])(
    'over SIP is told by its status where Twilio says only that it failed: %s, %s',
    (word, status, cause) => {
      const more = { DialCallStatus: word, DialBridged: 'false', DialSipResponseCode: status };
      expect(read(webhook('dial', { ...dialEnded, ...more }, { query: ids })).event?.data).toMatchObject({
        by: 'GENERATIVE_AGENT',
        cause,
      });
    },
  );

  test.each([without(dialEnded, 'CallSid'), { ...dialEnded, CallSid: '' }, { ...dialEnded, CallSid: 'a/b' }])(
    'is reported whatever call it is of %#',
    (parameters) => {
      const known = read(webhook('dial', dialEnded, { query: ids }));
      expect(read(webhook('dial', parameters, { query: ids }))).toEqual(known);
    },
  );

  test.each<[Record<string, string>, string, string]>([
    [dialEnded, '', 'conversationId: is missing; transferId: is missing'],
    [dialEnded, 'conversationId=c', 'transferId: is missing'],
    [dialEnded, 'transferId=t', 'conversationId: is missing'],
    [dialEnded, 'conversationId=c&transferId=a%20b', 'transferId: must not contain'],
  ])('is refused where nothing tells which leg it is, by the field %#', (parameters, query, message) => {
    const reading = () => read(webhook('dial', parameters, { query }));
    expect(reading).toThrow(WebhookError);
    expect(reading).toThrow(message);
  });
});

describe("a status callback of the caller's own call", () => {
  const { ParentCallSid: _, ...own } = { ...answered, CallSid: CALL_SID, Direction: 'inbound' };

  test.each(['completed', 'busy', 'failed', 'no-answer', 'canceled'])(
    'says that the customer is gone: %s',
    (CallStatus) => {
      expect(read(webhook('status', { ...own, CallStatus }))).toEqual({
        event: {
          type: 'caller.left',
          data: {
            conversationId: CALL_SID,
            callId: CALL_SID,
            cause: 'NORMAL',
            at: '2025-11-24T10:00:00.000Z',
          },
        },
        awaitsStep: false,
        caller: { callId: CALL_SID, number: '+14158675310' },
        call: { conversationId: CALL_SID },
      });
    },
  );

  test.each([without(own, 'Timestamp'), { ...own, Timestamp: 'soon' }])(
    'leaves the time out where it cannot be read %#',
    (parameters) => {
      const { event } = read(webhook('status', { ...parameters, CallStatus: 'completed' }));
      expect(event?.data).toEqual({ conversationId: CALL_SID, callId: CALL_SID, cause: 'NORMAL' });
    },
  );

  test.each(['queued', 'ringing', 'in-progress', 'a-new-word'])('says nothing else: %s', (CallStatus) => {
    expect(read(webhook('status', { ...own, CallStatus })).event).toBeUndefined();
  });

  test.each([without(own, 'CallSid'), { ...own, CallSid: '' }, { ...own, CallSid: 'a/b' }])(
    'says nothing where it does not tell which call it is %#',
    (parameters) => {
      const reading = read(webhook('status', { ...parameters, CallStatus: 'completed' }));
      expect(reading).toEqual({ awaitsStep: false, call: { conversationId: '' } });
    },
  );

  test('says nothing where it has no word', () => {
    expect(read(webhook('status', without(own, 'CallStatus')))).toEqual({
      awaitsStep: false,
      call: { conversationId: CALL_SID },
    });
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

  test('says so whatever call it is of', () => {
    const silent = read(webhook('status', without(answered, 'CallSid'), { query: ids }));
    expect(silent).toEqual(read(webhook('status', answered, { query: ids })));
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

  test('says nothing where it has no word', () => {
    const silent = without(answered, 'CallStatus');
    expect(read(webhook('status', silent, { query: ids })).event).toBeUndefined();
  });

  test('is refused where nothing tells which leg it is', () => {
    expect(() => read(webhook('status', answered))).toThrow('conversationId: is missing');
  });
});
