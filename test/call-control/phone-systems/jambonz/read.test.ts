import base from '@jambonz/schema/callbacks/base.schema.json';
import dial from '@jambonz/schema/callbacks/dial.schema.json';
import sessionNew from '@jambonz/schema/callbacks/session-new.schema.json';
import { z } from 'zod';

import { WebhookError, type WebhookRequest } from '../../../../src/call-control/index';
import { legEventSchema } from '../../../../src/call-control/leg-events';
import { jambonz } from '../../../../src/call-control/phone-systems/jambonz/index';
import { phoneSystemSettings } from '../../../support/with-gateway';

import {
  answered,
  CALL_SID,
  callerGone,
  DIALLED_CALL_SID,
  dialEnded,
  ids,
  incoming,
  SECRET,
  webhook,
} from './jambonz-requests';

const system = jambonz({ ...phoneSystemSettings, secrets: [SECRET] });
const read = (request: WebhookRequest) => system.read(request);
const query = 'conversationId=conv-1&transferId=conv-1-a';

/** A payload without one of its fields. */
const without = (payload: Record<string, unknown>, field: string) =>
  Object.fromEntries(Object.entries(payload).filter(([name]) => name !== field));

describe('the payloads of these tests', () => {
  // Only on a leg that ended with such a header.
  const rare = ['sip_reason_header'];

  test.each([
    ['call', incoming, { ...base.properties, ...without(sessionNew.properties, 'parent_call_sid') }],
    ['dial', dialEnded, { ...base.properties, ...dial.properties }],
    ['status, answered', answered, base.properties],
    ['status, over', callerGone, base.properties],
  ])('of %s have every field that jambonz publishes', (_hook, payload, published) => {
    const expected = Object.keys(published).filter((name) => !rare.includes(name));
    const tagged = { customerData: {}, ...payload };
    expect(Object.keys(tagged)).toEqual(expect.arrayContaining(expected));
    expect(base.properties.call_status.enum).toContain(payload.call_status);
  });
});

/** Two of jambonz's signatures, and the first 12 hex digits of their SHA-256. */
const first = { signature: 't=1764000000,v1=5f3c', visit: '458dec78103a' };
const later = { signature: 't=1764000001,v1=5f3c', visit: '7894ec7fde96' };

/** The calling webhook, signed: of an incoming call, or of one that a flow sends back. */
const call = (payload: unknown = incoming, { signature } = first, address = '') =>
  webhook('call', payload, { query: address, headers: { 'jambonz-signature': signature } });

/** What the two other webhooks say; the address of `dial` names its leg. */
const status = (payload: object) => read(webhook('status', payload));
const ended = (payload: object) => read(webhook('dial', payload, { query }));
const callersCall = { callId: CALL_SID, number: '+14158675310' };

describe('an incoming call', () => {
  test('asks for a leg of a conversation of its own', () => {
    expect(read(call())).toEqual({
      event: {
        type: 'leg.requested',
        data: { conversationId: CALL_SID, transferId: `${CALL_SID}.${first.visit}`, country: 'US' },
      },
      ignored: [],
      awaitsStep: true,
      caller: callersCall,
      call: { conversationId: CALL_SID, tags: {} },
    });
  });

  test('asks for the same leg when jambonz sends it again', () => {
    const progressed = { ...incoming, call_status: 'in-progress', sip_status: 200 };
    expect(read(call(progressed)).event).toEqual(read(call()).event);
  });

  test('asks for another leg where a flow that sends its caller back names one', () => {
    const { event } = read(call(incoming, first, 'transferId=second'));
    expect(event?.data).toEqual({ conversationId: CALL_SID, transferId: 'second', country: 'US' });
  });

  test('takes what its address says: conversation, leg, country, task and variables', () => {
    const more = `${query}&country=GB&taskName=billing&var.account=3434&var.name=A%20B`;
    expect(read(call(incoming, first, more))).toMatchObject({
      event: {
        type: 'leg.requested',
        data: {
          ...ids,
          country: 'GB',
          inputContext: { taskName: 'billing', inputVariables: { account: '3434', name: 'A B' } },
        },
      },
      ignored: [],
      caller: callersCall,
      call: { conversationId: 'conv-1' },
    });
  });

  test.each<[string, unknown, string]>([
    ['none', undefined, CALL_SID],
    ['those of the flow alone', { crmId: 7 }, CALL_SID],
    ['half of the ids', { conversationId: 'conv-1' }, CALL_SID],
    ['a leg that is none', { ...ids, transferId: 'a/b' }, CALL_SID],
    ["the gateway's", ids, 'conv-1'],
    ["the gateway's of before, with the count of visits", { ...ids, visit: 2 }, 'conv-1'],
  ])('asks for a leg of its own each time that it comes, tagged with %s', (_what, tags, conversationId) => {
    for (const signed of [first, later, later])
      expect(read(call({ ...incoming, customerData: tags }, signed))).toMatchObject({
        event: { data: { conversationId, transferId: `${CALL_SID}.${signed.visit}` } },
        caller: callersCall,
        call: { conversationId, tags: tags ?? {} },
      });
  });

  test.each(['customerData', 'customer_data'])('keeps the tags that a flow has put on it: %s', (field) => {
    expect(read(call({ ...incoming, [field]: { crmId: 7 } })).call.tags).toEqual({ crmId: 7 });
  });

  test.each([['text'], [null], [3], [['a list']]])('is taken with tags that are none: %j', (customerData) => {
    expect(read(call({ ...incoming, customerData }))).toEqual(read(call()));
  });

  test.each([undefined, null, 7, {}])('is taken without a number that is none: %j', (from) => {
    const odd = read(call({ ...incoming, from, to: from }));
    expect(odd).toEqual({ ...read(call()), caller: { callId: CALL_SID, number: undefined } });
  });

  test.each([
    ['country=XX', 'country: must be an ISO 3166-1 alpha-2 country code, such as "US"'],
    ['conversationId=a%2Fb', 'conversationId: must not contain "/", white space or control characters'],
    ['transferId=a%20b', 'transferId: must not contain "/", white space or control characters'],
  ])('is taken without what its address says and cannot be read, which is named: %s', (address, why) => {
    const { data } = read(call()).event ?? {};
    expect(read(call(incoming, first, `${address}&taskName=billing`))).toEqual({
      ...read(call()),
      event: { type: 'leg.requested', data: { ...data, inputContext: { taskName: 'billing' } } },
      ignored: [why],
    });
  });
});

describe('the end of the dialled leg', () => {
  test('is reported for the leg that the address names, and its caller waits', () => {
    expect(ended(dialEnded)).toEqual({
      event: { type: 'leg.disconnected', data: { ...ids, by: 'GENERATIVE_AGENT', cause: 'NORMAL' } },
      awaitsStep: true,
      call: { conversationId: 'conv-1', tags: ids },
    });
  });

  test.each(['', 'conversationId=conv-1', 'transferId=a%20b'])(
    'is reported for the leg that the call is tagged with, where the address does not say it: %j',
    (address) => {
      expect(read(webhook('dial', dialEnded, { query: address })).event?.data).toMatchObject(ids);
    },
  );

  test.each([
    ['486', 'BUSY'],
    [480, 'NO_ANSWER'],
    ['603', 'REJECTED'],
    ['488', 'FAILED'],
    ['no number', 'FAILED'],
    [{}, 'FAILED'],
  ])('has the cause of its SIP status, as a number or as text: %j', (dial_sip_status, cause) => {
    const payload = { ...dialEnded, dial_call_status: 'failed', dial_sip_status };
    expect(ended(payload).event?.data).toMatchObject({ cause });
  });

  test.each([undefined, null, '', 7, {}])('has a caller who is up without a word: %j', (call_status) => {
    const busy = { ...dialEnded, dial_call_status: 'busy', dial_sip_status: 486 };
    expect(ended({ ...busy, call_status })).toEqual({
      event: { type: 'leg.disconnected', data: { ...ids, by: 'GENERATIVE_AGENT', cause: 'BUSY' } },
      awaitsStep: true,
      call: { conversationId: 'conv-1', tags: ids },
    });
  });

  test.each([undefined, null, '', 7, 'a/b'])('is reported whatever call it is of: %j', (call_sid) => {
    expect(ended({ ...dialEnded, call_sid })).toEqual(ended(dialEnded));
  });

  test('is reported where only the address says anything', () => {
    expect(ended({})).toEqual({
      event: { type: 'leg.disconnected', data: { ...ids, by: 'GENERATIVE_AGENT', cause: 'FAILED' } },
      awaitsStep: true,
      call: { conversationId: 'conv-1', tags: {} },
    });
  });
});

describe('the status of the dialled leg', () => {
  test('says when GenerativeAgent answered', () => {
    expect(status(answered)).toEqual({
      event: { type: 'leg.connected', data: ids },
      awaitsStep: false,
      call: { conversationId: 'conv-1', tags: ids },
    });
  });

  test('is known by its tags in either spelling', () => {
    const { customerData: customer_data, ...rest } = answered;
    expect(status({ ...rest, customer_data })).toEqual(status(answered));
  });

  test.each(['trying', 'ringing', 'early-media', 'completed', 'failed', 'busy', 'no-answer', 'a-new-word'])(
    'says nothing else: %s is for the dial webhook to report, which knows who hung up',
    (call_status) => {
      expect(status({ ...answered, call_status }).event).toBeUndefined();
    },
  );
});

describe("the status of the caller's own leg", () => {
  test.each([
    ['completed', 'caller', 'NORMAL'],
    ['completed', undefined, 'NORMAL'],
    ['no-answer', 'caller', 'CANCELLED'],
    ['failed', undefined, 'CANCELLED'],
    ['busy', undefined, 'CANCELLED'],
  ])('%s, ended by %s: the customer has gone, %s', (call_status, call_termination_by, cause) => {
    expect(status({ ...callerGone, call_status, call_termination_by })).toEqual({
      event: { type: 'caller.left', data: { conversationId: 'conv-1', callId: CALL_SID, cause } },
      awaitsStep: false,
      caller: callersCall,
      call: { conversationId: 'conv-1', tags: ids },
    });
  });

  test.each(['completed', 'failed'])('%s says nothing where jambonz ended it', (call_status) => {
    expect(status({ ...callerGone, call_status, call_termination_by: 'jambonz' }).event).toBeUndefined();
  });

  test.each(['trying', 'ringing', 'early-media', 'in-progress', 'queued', 'a-new-word'])(
    'says nothing while it is up: %s',
    (call_status) => {
      expect(status({ ...callerGone, call_status }).event).toBeUndefined();
    },
  );
});

describe('a status', () => {
  test.each<[string, unknown]>([
    ['no tags', undefined],
    ['tags of the flow alone', { crmId: 7 }],
    ['half of the ids', { conversationId: 'conv-1' }],
    ['tags that are none', 'conv-1'],
    ['a leg that is none', { ...ids, transferId: 'a/b' }],
    ['a conversation that is none', { ...ids, conversationId: 4 }],
  ])("with %s tells nothing of the dialled leg, and still of the caller's", (_what, customerData) => {
    const dialled = status({ ...answered, customerData });
    expect(dialled).toMatchObject({ awaitsStep: false, call: { conversationId: DIALLED_CALL_SID } });
    expect(dialled.event).toBeUndefined();
    expect(status({ ...callerGone, customerData })).toMatchObject({
      event: { type: 'caller.left', data: { conversationId: CALL_SID, callId: CALL_SID, cause: 'NORMAL' } },
      awaitsStep: false,
      caller: callersCall,
      call: { conversationId: CALL_SID },
    });
  });

  test.each([
    ...['none', '', undefined, null, 7].map((direction) => ({ direction })),
    ...['', undefined, null, 7].map((call_status) => ({ call_status })),
  ])('says nothing with a word that is unknown or none: %j', (odd) => {
    for (const payload of [answered, callerGone])
      expect(status({ ...payload, ...odd }).event).toBeUndefined();
  });

  test.each([7, null, {}])('is heard with other fields that are odd: %j', (odd) => {
    const more = { call_termination_by: odd, from: odd, to: odd };
    const caller = { callId: CALL_SID, number: undefined };
    expect(status({ ...callerGone, ...more })).toEqual({ ...status(callerGone), caller });
    expect(status({ ...answered, ...more })).toEqual(status(answered));
  });

  test.each([undefined, null, '', 7, 'a/b'])('of no call tells of the dialled leg alone: %j', (call_sid) => {
    expect(status({ ...answered, call_sid })).toEqual(status(answered));
    const nothing = { awaitsStep: false, call: { conversationId: 'conv-1', tags: ids } };
    expect(status({ ...callerGone, call_sid })).toEqual(nothing);
  });
});

describe('a webhook that does not fit', () => {
  const untagged = without(dialEnded, 'customerData');

  test.each<['call' | 'dial' | 'status', unknown, string, string]>([
    ['call', without(incoming, 'call_sid'), '', 'call_sid: is missing'],
    ['call', { ...incoming, call_sid: '' }, '', 'call_sid: must not be empty'],
    ['call', { ...incoming, call_sid: 7 }, '', 'call_sid: Invalid input'],
    ['call', { ...incoming, call_sid: 'a/b' }, '', 'call_sid: must not contain'],
    ['call', { ...incoming, call_sid: 'x'.repeat(201) }, '', 'call_sid: must have at most 200'],
    ['call', [], '', 'body: Invalid input'],
    ['call', null, '', 'body: Invalid input'],
    ['call', Buffer.from('{"call_sid":'), '', 'body: is not JSON'],
    ['call', Buffer.alloc(0), '', 'body: is not JSON'],
    ['dial', untagged, '', 'conversationId: is missing; transferId: is missing'],
    ['dial', untagged, 'conversationId=conv-1', 'transferId: is missing'],
    ['dial', untagged, 'conversationId=conv-1&transferId=a%20b', 'transferId: must not contain'],
    ['dial', Buffer.from('dial_call_status=completed'), query, 'body: is not JSON'],
    ['status', [], '', 'body: Invalid input'],
    ['status', Buffer.from('status'), '', 'body: is not JSON'],
  ])('is refused by the field: %s %#', (hook, payload, address, message) => {
    const reading = () => read(webhook(hook, payload, { query: address }));
    expect(reading).toThrow(WebhookError);
    expect(reading).toThrow(message);
  });
});

const all = [
  ['call', incoming],
  ['dial', dialEnded],
  ['status', answered],
  ['status', callerGone],
] as const;

test.each(all)('%s sent again is the same event', (hook, payload) => {
  expect(read(webhook(hook, payload, { query }))).toEqual(read(webhook(hook, payload, { query })));
});

test.each(all)('fields that nobody knows change nothing: %s', (hook, payload) => {
  const more = { ...payload, a_new_field: { of: ['any', 'kind'] }, sip_reason_header: 'SIP;cause=200' };
  expect(read(webhook(hook, more, { query }))).toEqual(read(webhook(hook, payload, { query })));
});

test.each(all)('what is read of %s is an event as everybody understands it', (hook, payload) => {
  const { event } = read(webhook(hook, payload, { query }));
  // The gateway finds the leg that a caller who has left was on.
  const told =
    event?.type === 'caller.left'
      ? { type: 'leg.disconnected', data: { ...event.data, transferId: 'conv-1-a', by: 'CUSTOMER' } }
      : event;
  expect(legEventSchema.safeParse(told).error).toBeUndefined();
});

test.each(['call', 'dial', 'status'] as const)('the payload of %s can be described', (hook) => {
  const described = z.toJSONSchema(system.hooks[hook]?.body ?? z.never(), { io: 'input' });
  expect(described.required).toEqual(hook === 'call' ? ['call_sid'] : undefined);
  expect(described.additionalProperties).not.toBe(false);
});

test('the dialled leg is another call than its caller', () => {
  expect(DIALLED_CALL_SID).not.toBe(CALL_SID);
});
