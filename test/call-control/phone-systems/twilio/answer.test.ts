import { twilio, type TwilioOptions } from '../../../../src/call-control/phone-systems/twilio/index';
import type { TwilioCall } from '../../../../src/call-control/phone-systems/twilio/read';
import type { NextStep, RoutingDecision } from '../../../../src/index';
import { phoneSystemSettings, PUBLIC_URL } from '../../../support/with-gateway';
import { dialNumber, dialSip, handedOver, routeTo } from '../steps';

import { AUTH_TOKEN } from './twilio-requests';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const call: TwilioCall = { conversationId: 'conv-1' };
const WORKFLOW_SID = `WW${'0'.repeat(32)}`;
const routed = (dialled: string) =>
  `action="${PUBLIC_URL}/twilio/routed?conversationId=conv-1&amp;transferId=conv-1-a&amp;dialled=${dialled}" method="POST" timeout="30" answerOnBridge="true"`;

const twiml = (step: NextStep | undefined, options: Partial<TwilioOptions> = {}, of: TwilioCall = call) => {
  const system = twilio({ ...phoneSystemSettings, authTokens: [AUTH_TOKEN], ...options });
  const { contentType, body, omitted } = system.answer(step, of, NOW);
  expect([contentType, omitted]).toEqual(['text/xml', undefined]);
  return body.replace('<?xml version="1.0" encoding="UTF-8"?>', '');
};

test('ASAPP’s SIP address is dialled with the header that names the transfer', () => {
  expect(twiml(dialSip())).toContain(
    '>sip:transfers@sip.example.com;transport=tls?X-ASAPP-CallTransferId=conv-1-a</Sip></Dial>',
  );
  expect(twiml(dialSip())).toContain('<Sip statusCallback=');
});

test('a number is dialled so that the caller stays on the line when GenerativeAgent hangs up', () => {
  const ids = 'conversationId=conv-1&amp;transferId=conv-1-a';
  expect(twiml(dialNumber())).toBe(
    `<Response><Dial action="${PUBLIC_URL}/twilio/dial?${ids}" method="POST" timeout="20" answerOnBridge="true">` +
      `<Number statusCallback="${PUBLIC_URL}/twilio/status?${ids}" statusCallbackMethod="POST" ` +
      `statusCallbackEvent="answered">+12005550100</Number></Dial></Response>`,
  );
});

test.each([
  ['2026-11-24T10:00:48Z', '20'],
  ['2026-11-24T10:00:07.900Z', '7'],
  ['2026-11-24T10:00:00.100Z', '1'],
])('with a number to be dialled by %s it rings for at most %s s', (dialBy, seconds) => {
  expect(twiml(dialNumber(dialBy))).toContain(`timeout="${seconds}"`);
});

test('GenerativeAgent sees the number that the settings say', () => {
  expect(twiml(dialNumber(), { callerId: '+18005551212' })).toContain('callerId="+18005551212"');
});

test.each<[RoutingDecision['route'], string]>([
  [{ type: 'QUEUE', queue: 'agents & more' }, '<Enqueue>agents &amp; more</Enqueue>'],
  [{ type: 'QUEUE', queue: 'a\u0000b\uffff\ud800' }, '<Enqueue>ab</Enqueue>'],
  [{ type: 'QUEUE', queue: '\u0000' }, '<Enqueue>fallback</Enqueue>'],
  [{ type: 'DIAL', to: '+18005551212' }, `<Dial ${routed('ROUTE')}><Number>+18005551212</Number></Dial>`],
  [
    { type: 'DIAL', to: 'sip:agents@example.com' },
    `<Dial ${routed('ROUTE')}><Sip>sip:agents@example.com</Sip></Dial>`,
  ],
  [{ type: 'HANG_UP' }, '<Hangup/>'],
  [
    { type: 'REDIRECT', url: 'https://ivr.example.com/menu?lang=en' },
    '<Redirect method="POST">https://ivr.example.com/menu?lang=en&amp;conversationId=conv-1&amp;outcome=AGENT&amp;transferId=conv-1-a</Redirect>',
  ],
  [
    { type: 'CONTINUE' },
    '<Redirect method="POST">https://ivr.example.com/continue?conversationId=conv-1&amp;outcome=AGENT&amp;transferId=conv-1-a</Redirect>',
  ],
])('the route %j is carried out', (route, expected) => {
  expect(twiml(routeTo(route))).toBe(`<Response>${expected}</Response>`);
});

test.each<[string, RoutingDecision['route']]>([
  ['that nobody knows', { flow: 'billing' }],
  ['with a field that does not fit', { type: 'DIAL', to: 'somebody' }],
  ['with what no address holds', { type: 'DIAL', to: 'sip:a\u0000b' }],
  ['with an address that is too long', { type: 'REDIRECT', url: `https://example.com/${'a'.repeat(8000)}` }],
  ['that is no object', 'agents'],
])('instead of a route %s the caller gets the fallback route', (_what, route) => {
  expect(twiml(routeTo(route))).toBe('<Response><Enqueue>fallback</Enqueue></Response>');
});

test('without an address to continue at the caller gets the fallback route', () => {
  expect(twiml(routeTo({ type: 'CONTINUE' }), { continueUrl: undefined })).toContain('fallback');
});

const unescaped = (xml: string) =>
  xml.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

/** The attributes of the task that a route to a queue makes, and what was left out of them. */
function taskOf(route: object, more: Parameters<typeof routeTo>[1] = {}) {
  const system = twilio({ ...phoneSystemSettings, authTokens: [AUTH_TOKEN], workflowSid: WORKFLOW_SID });
  const step = routeTo({ type: 'QUEUE', queue: 'vip', ...route }, more);
  const { body, omitted } = system.answer(step, call, NOW);
  const [, sid, task = ''] = /<Enqueue workflowSid="(\w+)"><Task>(.*)<\/Task>/s.exec(body) ?? [];
  expect(sid).toBe(WORKFLOW_SID);
  const text = unescaped(task);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
  return { attributes: JSON.parse(text) as unknown, omitted };
}

describe('with TaskRouter the agent gets the decision with the call', () => {
  const decided = {
    queue: 'vip',
    conversationId: 'conv-1',
    transferId: 'conv-1-a',
    outcome: 'AGENT',
    reason: null,
    currentTaskName: 'billing',
  };

  test('and no variable, where the route names none', () => {
    expect(taskOf({})).toEqual({ attributes: { ...decided, handOver: {} } });
  });

  test('and no task, where GenerativeAgent named none', () => {
    expect(taskOf({}, { currentTaskName: null })).toEqual({
      attributes: { ...decided, currentTaskName: null, handOver: {} },
    });
  });

  test('and the variables that the route names', () => {
    expect(taskOf({ handOver: ['customer', 'absent'] })).toEqual({
      attributes: { ...decided, handOver: { customer: 'A & B' } },
    });
  });

  test.each([5_000, 70_000])('without a variable of %d bytes, which is named', (length) => {
    const variables = { transferVariables: { notes: 'é'.repeat(length / 2), reason: 'refund' } };
    const { attributes, omitted } = taskOf({ handOver: ['notes', 'reason'] }, variables);

    expect(attributes).toEqual({ ...decided, handOver: { reason: 'refund' }, omitted: ['notes'] });
    expect(omitted).toEqual(['notes']);
  });

  test('with as much as a task can hold, to the byte', () => {
    const notes = (length: number) => ({ transferVariables: { notes: 'x'.repeat(length) } });
    const empty = JSON.stringify({ ...decided, handOver: { notes: '' } });
    const most = 4096 - empty.length;

    expect(taskOf({ handOver: ['notes'] }, notes(most)).omitted).toBeUndefined();
    expect(taskOf({ handOver: ['notes'] }, notes(most + 1)).omitted).toEqual(['notes']);
  });

  test('without characters that XML cannot hold', () => {
    const variables = { transferVariables: { reason: 'refund\uffff' } };

    expect(taskOf({ handOver: ['reason'] }, variables).attributes).toMatchObject({
      handOver: { reason: 'refund' },
    });
  });

  test('and never more than a task can hold, whatever is named', () => {
    const names = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(64, '"'));
    const transferVariables = Object.fromEntries(names.map((name) => [name, '\u0001"'.repeat(300)]));

    expect(
      taskOf({ handOver: names }, { transferVariables, currentTaskName: 'x'.repeat(9999) }).omitted,
    ).toContain(names.at(-1));
  });
});

describe('a person who is dialled over SIP', () => {
  const sipIn = (xml: string) => unescaped(/<Sip>(.*)<\/Sip>/.exec(xml)?.[1] ?? '');
  const desk = { type: 'DIAL', to: 'sip:desk@example.com', handOver: ['reason', 'customer'] };

  test('gets what the route hands over as headers behind the address', () => {
    const [uri, query = ''] = sipIn(twiml(routeTo(desk))).split('?');

    expect(uri).toBe('sip:desk@example.com');
    expect(query).toContain('X-customer=A%20%26%20B&User-to-User=');
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual(handedOver);
  });

  test('gets it after headers that the address has already', () => {
    expect(sipIn(twiml(routeTo({ ...desk, to: 'sip:desk@example.com?X-a=1' })))).toMatch(
      /^sip:desk@example\.com\?X-a=1&X-reason=%3Crefund%3E&/,
    );
  });

  test('gets nothing on another route than the one that names it', () => {
    const fallbackRoute = { type: 'DIAL', to: 'sip:overflow@example.com' } as const;
    const options = { fallbackRoute };

    expect(sipIn(twiml(routeTo(desk), options, { ...call, unanswered: 'ROUTE' }))).toBe(fallbackRoute.to);
    expect(sipIn(twiml(routeTo({ ...desk, type: 'TELEPORT' }), options))).toBe(fallbackRoute.to);
  });
});

test('a number that is dialled can take nothing along', () => {
  expect(twiml(routeTo({ type: 'DIAL', to: '+18005551212', handOver: ['reason'] }))).toContain(
    '<Number>+18005551212</Number>',
  );
});

test('where nothing is to be done the answer has no instructions', () => {
  expect(twiml(undefined)).toBe('<Response/>');
});

test('a caller without a number is dialled for with the number that was called, or that of the settings', () => {
  const desk = routeTo({ type: 'DIAL', to: '+18005551212' });
  const unnumbered = { ...call, called: '+18005550100' };
  const set = { callerId: '+18005550199' };
  for (const step of [dialNumber(), desk]) {
    expect(twiml(step, {}, unnumbered)).toContain('callerId="+18005550100"');
    expect(twiml(step, set, { ...call, called: '' })).toContain('callerId="+18005550199"');
    expect(twiml(step, {}, { ...call, called: '' })).not.toContain('callerId');
  }
  // A person sees who calls.
  expect(twiml(desk, set)).not.toContain('callerId');
});

test('a caller for whom nobody answered gets the fallback route, and after that the end of the call', () => {
  const desk = routeTo({ type: 'DIAL', to: '+18005551212' });
  expect(twiml(desk, {}, { ...call, unanswered: 'ROUTE' })).toBe(
    '<Response><Enqueue>fallback</Enqueue></Response>',
  );
  expect(
    twiml(desk, { fallbackRoute: { type: 'DIAL', to: '+18005550100' } }, { ...call, unanswered: 'ROUTE' }),
  ).toBe(`<Response><Dial ${routed('FALLBACK')}><Number>+18005550100</Number></Dial></Response>`);
  expect(twiml(desk, {}, { ...call, unanswered: 'FALLBACK' })).toBe('<Response><Hangup/></Response>');
});
