import { validate, validateApp } from '@jambonz/schema';

import { jambonz, type JambonzOptions } from '../../../../src/call-control/phone-systems/jambonz/index';
import type { JambonzCall } from '../../../../src/call-control/phone-systems/jambonz/read';
import type { NextStep, RoutingDecision } from '../../../../src/index';
import { phoneSystemSettings, PUBLIC_URL } from '../../../support/with-gateway';
import { dialNumber, dialSip, handedOver, routeTo } from '../steps';

import { ids, SECRET } from './jambonz-requests';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const silent = { info: () => undefined, error: () => undefined, debug: () => undefined };

/** The verbs for a step, which jambonz's own schemas accept. */
const verbs = (
  step: NextStep | undefined,
  options: Partial<JambonzOptions> = {},
  tags: Record<string, unknown> = {},
  call: Partial<JambonzCall> = {},
): unknown => {
  const system = jambonz({ ...phoneSystemSettings, secrets: [SECRET], ...options });
  const { contentType, body, commands } = system.answer(
    step,
    { conversationId: 'conv-1', tags, ...call },
    NOW,
  );
  expect(contentType).toBe('application/json');
  expect(commands).toBeUndefined();
  const parsed: unknown = JSON.parse(body);
  if (step !== undefined) expect(validateApp(parsed)).toEqual({ valid: true, errors: [] });
  validate(silent, parsed);
  return parsed;
};

const dialNow = dialNumber();

test('ASAPP’s SIP address is dialled with the header that names the transfer', () => {
  expect(verbs(dialSip(), { trunk: 'carrier' })).toMatchObject([
    { verb: 'tag' },
    {
      verb: 'dial',
      target: [{ type: 'sip', sipUri: 'sip:transfers@sip.example.com;transport=tls' }],
      headers: { 'X-ASAPP-CallTransferId': 'conv-1-a' },
    },
  ]);
});

const desk = (dialled: string) => ({
  actionHook: `${PUBLIC_URL}/jambonz/routed?conversationId=conv-1&transferId=conv-1-a&dialled=${dialled}#rc=2&rp=ct,rt,5xx`,
  answerOnBridge: true,
  timeout: 30,
});

test('a number is dialled so that the caller stays on the line when GenerativeAgent hangs up', () => {
  expect(verbs(dialNow)).toEqual([
    { verb: 'tag', data: ids },
    {
      verb: 'dial',
      target: [{ type: 'phone', number: '+12005550100' }],
      actionHook: `${PUBLIC_URL}/jambonz/dial?conversationId=conv-1&transferId=conv-1-a#rc=2&rp=ct,rt,5xx`,
      answerOnBridge: true,
      timeout: 20,
      tag: ids,
    },
  ]);
});

test('ids with any characters come back in the address as they were', () => {
  const [, dial] = verbs(dialNumber('2026-11-24T10:00:48Z', 'a&b=ü#1')) as [unknown, { actionHook: string }];
  expect(new URL(dial.actionHook).searchParams.get('transferId')).toBe('a&b=ü#1');
});

test("the flow's own tags are kept, and the ids are those of the leg that is dialled", () => {
  const before = { crmId: 7, conversationId: 'conv-0', transferId: 'conv-0-a' };
  expect(verbs(dialNow, {}, before)).toMatchObject([
    { verb: 'tag', data: { crmId: 7, ...ids } },
    { verb: 'dial', tag: ids },
  ]);
});

test.each([
  ['2026-11-24T10:00:48Z', 20],
  ['2026-11-24T10:00:07.900Z', 7],
  ['2026-11-24T10:00:00.100Z', 1],
])('with a number to be dialled by %s it rings for at most %s s', (dialBy, timeout) => {
  expect(verbs(dialNumber(dialBy))).toMatchObject([{}, { timeout }]);
});

test("the caller's number and the carrier are those that the settings say", () => {
  expect(verbs(dialNow, { callerId: '+18005551212', trunk: 'main-carrier' })).toMatchObject([
    { verb: 'tag' },
    { callerId: '+18005551212', target: [{ type: 'phone', number: '+12005550100', trunk: 'main-carrier' }] },
  ]);
});

test.each<[RoutingDecision['route'], unknown]>([
  [
    { type: 'QUEUE', queue: 'agents & more' },
    { verb: 'enqueue', name: 'agents & more' },
  ],
  [
    { type: 'DIAL', to: '+18005551212' },
    { verb: 'dial', target: [{ type: 'phone', number: '+18005551212' }], ...desk('ROUTE') },
  ],
  [
    { type: 'DIAL', to: 'sip:agents@example.com' },
    { verb: 'dial', target: [{ type: 'sip', sipUri: 'sip:agents@example.com' }], ...desk('ROUTE') },
  ],
  [{ type: 'HANG_UP' }, { verb: 'hangup' }],
  [
    { type: 'REDIRECT', url: 'https://ivr.example.com/menu?lang=en' },
    {
      verb: 'redirect',
      actionHook:
        'https://ivr.example.com/menu?lang=en&conversationId=conv-1&outcome=AGENT&transferId=conv-1-a',
    },
  ],
  [
    { type: 'CONTINUE' },
    {
      verb: 'redirect',
      actionHook: 'https://ivr.example.com/continue?conversationId=conv-1&outcome=AGENT&transferId=conv-1-a',
    },
  ],
])('the route %j is carried out', (route, expected) => {
  // A carrier that is there for GenerativeAgent's number is not one for every other.
  expect(verbs(routeTo(route), { trunk: 'main-carrier', callerId: '+18005551212' })).toEqual([expected]);
});

test.each<[string, RoutingDecision['route']]>([
  ['that nobody knows', { flow: 'billing' }],
  ['with a field that does not fit', { type: 'DIAL', to: 'somebody' }],
  ['that is no object', 'agents'],
])('instead of a route %s the caller gets the fallback route', (_what, route) => {
  expect(verbs(routeTo(route))).toEqual([{ verb: 'enqueue', name: 'fallback' }]);
});

test('without an address to continue at the caller gets the fallback route', () => {
  expect(verbs(routeTo({ type: 'CONTINUE' }), { continueUrl: undefined })).toEqual([
    { verb: 'enqueue', name: 'fallback' },
  ]);
});

test('where nothing is to be done the answer has no verbs', () => {
  expect(verbs(undefined)).toEqual([]);
});

test.each<[string, unknown]>([
  ['a dial to nobody', [{ verb: 'dial', target: [] }]],
  ['a dial without a target', [{ verb: 'dial', answerOnBridge: true }]],
  ['a target of no known type', [{ verb: 'dial', target: [{ type: 'number', number: '+1' }] }]],
  ['a time to ring as text', [{ verb: 'dial', target: [{ type: 'phone', number: '+1' }], timeout: '20' }]],
  ['a tag without data', [{ verb: 'tag', ...ids }]],
  ['a queue without a name', [{ verb: 'enqueue', queue: 'agents' }]],
  ['a redirect to nowhere', [{ verb: 'redirect', url: 'https://ivr.example.com' }]],
  ['a verb that does not exist', [{ verb: 'hang-up' }]],
])("jambonz's schemas, by which these answers are judged, refuse %s", (_what, broken) => {
  expect(validateApp(broken).valid).toBe(false);
  expect(() => {
    validate(silent, broken);
  }).toThrow();
});

test('a caller for whom nobody answered gets the fallback route, and after that the end of the call', () => {
  const step = routeTo({ type: 'DIAL', to: '+18005551212' });
  const fallbackRoute = { type: 'DIAL', to: '+18005550100' } as const;
  expect(verbs(step, {}, {}, { unanswered: 'ROUTE' })).toEqual([{ verb: 'enqueue', name: 'fallback' }]);
  expect(verbs(step, { fallbackRoute }, {}, { unanswered: 'ROUTE' })).toEqual([
    { verb: 'dial', target: [{ type: 'phone', number: '+18005550100' }], ...desk('FALLBACK') },
  ]);
  expect(verbs(step, {}, {}, { unanswered: 'FALLBACK' })).toEqual([{ verb: 'hangup' }]);
});

describe('what a route hands over', () => {
  const handOver = ['reason', 'customer'];
  const data = { shop: 'north', handOver: { reason: '<refund>', customer: 'A & B' } };

  test('is in the headers of a call over SIP, and on the call', () => {
    expect(
      verbs(routeTo({ type: 'DIAL', to: 'sip:desk@example.com', handOver }), {}, { shop: 'north' }),
    ).toMatchObject([
      { verb: 'tag', data },
      { verb: 'dial', target: [{ type: 'sip', sipUri: 'sip:desk@example.com' }], headers: handedOver },
    ]);
  });

  test('is on the call alone where it is queued, or a number is dialled', () => {
    expect(verbs(routeTo({ type: 'QUEUE', queue: 'agents', handOver }), {}, { shop: 'north' })).toEqual([
      { verb: 'tag', data },
      { verb: 'enqueue', name: 'agents' },
    ]);
    expect(JSON.stringify(verbs(routeTo({ type: 'DIAL', to: '+18005551212', handOver })))).not.toContain(
      'headers',
    );
  });

  test('does not go along on the fallback route', () => {
    const step = routeTo({ type: 'DIAL', to: 'sip:desk@example.com', handOver });

    expect(verbs(step, {}, {}, { unanswered: 'ROUTE' })).toEqual([{ verb: 'enqueue', name: 'fallback' }]);
  });
});
