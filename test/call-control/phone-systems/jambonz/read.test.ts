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

describe('an incoming call', () => {
  test('asks for a leg of a conversation of its own', () => {
    expect(read(webhook('call', incoming))).toEqual({
      event: {
        type: 'leg.requested',
        data: { conversationId: CALL_SID, transferId: CALL_SID, country: 'US' },
      },
      awaitsStep: true,
      call: { conversationId: CALL_SID, tags: {} },
    });
  });

  test('asks for the same leg when jambonz sends it again', () => {
    expect(read(webhook('call', incoming))).toEqual(read(webhook('call', incoming)));
    const later = { ...incoming, call_status: 'in-progress', sip_status: 200 };
    expect(read(webhook('call', later)).event).toEqual(read(webhook('call', incoming)).event);
  });

  test('asks for another leg where a flow that sends its caller back names one', () => {
    expect(read(webhook('call', incoming, { query: 'transferId=second' })).event?.data).toEqual({
      conversationId: CALL_SID,
      transferId: 'second',
      country: 'US',
    });
  });

  test('takes what its address says: conversation, leg, country, task and variables', () => {
    const more = `${query}&country=GB&taskName=billing&var.account=3434&var.name=A%20B`;
    expect(read(webhook('call', incoming, { query: more })).event).toEqual({
      type: 'leg.requested',
      data: {
        ...ids,
        country: 'GB',
        inputContext: { taskName: 'billing', inputVariables: { account: '3434', name: 'A B' } },
      },
    });
  });

  test('that comes back asks for a new leg of its conversation, and for the same when jambonz repeats that', () => {
    const second = webhook('call', { ...incoming, call_status: 'in-progress', customerData: ids });
    expect(read(second)).toEqual(read(second));
    expect(read(second)).toMatchObject({
      event: { data: { conversationId: 'conv-1', transferId: `${CALL_SID}.2` } },
      call: { tags: { visit: 2 } },
    });
    const third = webhook('call', { ...incoming, customerData: { ...ids, visit: 2 } });
    expect(read(third).event?.data.transferId).toBe(`${CALL_SID}.3`);
  });

  test('keeps the tags that a flow has put on it', () => {
    const tagged = { ...incoming, customerData: { crmId: 7 } };
    expect(read(webhook('call', tagged)).call.tags).toEqual({ crmId: 7 });
    expect(read(webhook('call', { ...incoming, customer_data: { crmId: 7 } })).call.tags).toEqual({
      crmId: 7,
    });
  });

  test.each([['text'], [null], [3], [['a list']]])('is taken with tags that are none: %j', (customerData) => {
    expect(read(webhook('call', { ...incoming, customerData })).call.tags).toEqual({});
  });

  test.each<[unknown, string, string]>([
    [without(incoming, 'call_sid'), '', 'call_sid: is missing'],
    [{ ...incoming, call_sid: '' }, '', 'call_sid: must not be empty'],
    [{ ...incoming, call_sid: 7 }, '', 'call_sid: Invalid input'],
    [{ ...incoming, call_sid: 'a/b' }, '', 'call_sid: must not contain'],
    [{ ...incoming, call_sid: 'x'.repeat(201) }, '', 'call_sid: must have at most 200'],
    [[], '', 'body: Invalid input'],
    [null, '', 'body: Invalid input'],
    [Buffer.from('{"call_sid":'), '', 'body: is not JSON'],
    [Buffer.alloc(0), '', 'body: is not JSON'],
    [incoming, 'country=XX', 'country: must be an ISO 3166-1'],
    [incoming, 'conversationId=a%2Fb', 'conversationId: must not contain'],
  ])('that does not fit is refused by the field %#', (payload, address, message) => {
    const reading = () => read(webhook('call', payload, { query: address }));
    expect(reading).toThrow(WebhookError);
    expect(reading).toThrow(message);
  });
});

describe('the end of the dialled leg', () => {
  test('is reported for the leg that the address names, and its caller waits', () => {
    expect(read(webhook('dial', dialEnded, { query }))).toEqual({
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
    expect(read(webhook('dial', payload, { query })).event?.data).toMatchObject({ cause });
  });

  test('is the same event when jambonz sends it again', () => {
    expect(read(webhook('dial', dialEnded, { query }))).toEqual(read(webhook('dial', dialEnded, { query })));
  });

  test.each<[unknown, string, string]>([
    [without(dialEnded, 'call_sid'), query, 'call_sid: is missing'],
    [without(dialEnded, 'call_status'), query, 'call_status: is missing'],
    [{ ...dialEnded, call_status: '' }, query, 'call_status: must not be empty'],
    [without(dialEnded, 'customerData'), '', 'conversationId: is missing; transferId: is missing'],
    [without(dialEnded, 'customerData'), 'conversationId=conv-1', 'transferId: is missing'],
    [
      without(dialEnded, 'customerData'),
      'conversationId=conv-1&transferId=a%20b',
      'transferId: must not contain',
    ],
    [Buffer.from('dial_call_status=completed'), query, 'body: is not JSON'],
  ])('that does not fit is refused by the field %#', (payload, address, message) => {
    const reading = () => read(webhook('dial', payload, { query: address }));
    expect(reading).toThrow(WebhookError);
    expect(reading).toThrow(message);
  });
});

describe('the status of the dialled leg', () => {
  test('says when GenerativeAgent answered', () => {
    expect(read(webhook('status', answered))).toEqual({
      event: { type: 'leg.connected', data: ids },
      awaitsStep: false,
      call: { conversationId: 'conv-1', tags: ids },
    });
  });

  test('is known by its tags in either spelling', () => {
    const { customerData, ...rest } = answered;
    const spelled = read(webhook('status', { ...rest, customer_data: customerData }));
    expect(spelled).toEqual(read(webhook('status', answered)));
  });

  test.each(['trying', 'ringing', 'early-media', 'completed', 'failed', 'busy', 'no-answer', 'a-new-word'])(
    'says nothing else: %s is for the dial webhook to report, which knows who hung up',
    (call_status) => {
      expect(read(webhook('status', { ...answered, call_status })).event).toBeUndefined();
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
    expect(read(webhook('status', { ...callerGone, call_status, call_termination_by }))).toEqual({
      event: { type: 'leg.disconnected', data: { ...ids, by: 'CUSTOMER', cause } },
      awaitsStep: false,
      call: { conversationId: 'conv-1', tags: ids },
    });
  });

  test.each(['completed', 'failed'])('%s says nothing where jambonz ended it', (call_status) => {
    const ended = { ...callerGone, call_status, call_termination_by: 'jambonz' };
    expect(read(webhook('status', ended)).event).toBeUndefined();
  });

  test.each(['trying', 'ringing', 'early-media', 'in-progress', 'queued', 'a-new-word'])(
    'says nothing while it is up: %s',
    (call_status) => {
      expect(read(webhook('status', { ...callerGone, call_status })).event).toBeUndefined();
    },
  );
});

describe('a status', () => {
  test.each<[string, unknown]>([
    ['no tags', undefined],
    ['tags of the flow alone', { crmId: 7 }],
    ['half of the ids', { conversationId: 'conv-1' }],
    ['tags that are none', 'conv-1'],
  ])('with %s says nothing', (_what, customerData) => {
    for (const payload of [answered, callerGone]) {
      const reading = read(webhook('status', { ...payload, customerData }));
      expect(reading).toMatchObject({ awaitsStep: false, call: { conversationId: payload.call_sid } });
      expect(reading.event).toBeUndefined();
    }
  });

  test.each([
    { ...ids, transferId: 'a/b' },
    { ...ids, conversationId: 4 },
  ])("with tags that are not the gateway's says nothing: %j", (customerData) => {
    expect(read(webhook('status', { ...answered, customerData })).event).toBeUndefined();
  });

  test('of a leg of neither direction says nothing', () => {
    expect(read(webhook('status', { ...callerGone, direction: 'none' })).event).toBeUndefined();
  });

  test.each<[unknown, string]>([
    [without(answered, 'call_sid'), 'call_sid: is missing'],
    [without(answered, 'direction'), 'direction: is missing'],
    [without(answered, 'call_status'), 'call_status: is missing'],
    [Buffer.from('status'), 'body: is not JSON'],
  ])('that does not fit is refused by the field %#', (payload, message) => {
    const reading = () => read(webhook('status', payload));
    expect(reading).toThrow(WebhookError);
    expect(reading).toThrow(message);
  });

  test('sent again is the same event', () => {
    for (const payload of [answered, callerGone])
      expect(read(webhook('status', payload))).toEqual(read(webhook('status', payload)));
  });
});

const all = [
  ['call', incoming],
  ['dial', dialEnded],
  ['status', answered],
  ['status', callerGone],
] as const;

test.each(all)('fields that nobody knows change nothing: %s', (hook, payload) => {
  const more = { ...payload, a_new_field: { of: ['any', 'kind'] }, sip_reason_header: 'SIP;cause=200' };
  expect(read(webhook(hook, more, { query }))).toEqual(read(webhook(hook, payload, { query })));
});

test.each(all)('what is read of %s is an event as everybody understands it', (hook, payload) => {
  const { event } = read(webhook(hook, payload, { query }));
  expect(legEventSchema.safeParse(event).error).toBeUndefined();
});

test.each(['call', 'dial', 'status'] as const)('the payload of %s can be described', (hook) => {
  const described = z.toJSONSchema(system.hooks[hook]?.body ?? z.never(), { io: 'input' });
  expect(described.required).toContain('call_sid');
  expect(described.additionalProperties).not.toBe(false);
});

test('the dialled leg is another call than its caller', () => {
  expect(DIALLED_CALL_SID).not.toBe(CALL_SID);
});
