import { twilio, type TwilioOptions } from '../../../../src/call-control/phone-systems/twilio/index';
import type { TwilioCall } from '../../../../src/call-control/phone-systems/twilio/read';
import type { NextStep, RoutingDecision } from '../../../../src/index';
import { phoneSystemSettings, PUBLIC_URL } from '../../../support/with-gateway';
import { dialNumber, dialSip } from '../dial-steps';

import { AUTH_TOKEN } from './twilio-requests';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const call: TwilioCall = { conversationId: 'conv-1' };
const WORKFLOW_SID = `WW${'0'.repeat(32)}`;
const routed = (dialled: string) =>
  `action="${PUBLIC_URL}/twilio/routed?conversationId=conv-1&amp;transferId=conv-1-a&amp;dialled=${dialled}" method="POST" timeout="30" answerOnBridge="true"`;

const twiml = (step: NextStep | undefined, options: Partial<TwilioOptions> = {}, of: TwilioCall = call) => {
  const system = twilio({ ...phoneSystemSettings, authTokens: [AUTH_TOKEN], ...options });
  const { contentType, body } = system.answer(step, of, NOW);
  expect(contentType).toBe('text/xml');
  return body.replace('<?xml version="1.0" encoding="UTF-8"?>', '');
};

test('ASAPP’s SIP address is dialled with the header that names the transfer', () => {
  expect(twiml(dialSip())).toContain(
    '>sip:transfers@sip.example.com;transport=tls?X-ASAPP-CallTransferId=conv-1-a</Sip></Dial>',
  );
  expect(twiml(dialSip())).toContain('<Sip statusCallback=');
});

const routeTo = (route: RoutingDecision['route'], more: Partial<RoutingDecision> = {}): NextStep => ({
  action: 'ROUTE',
  decision: {
    conversationId: 'conv-1',
    transferId: 'conv-1-a',
    outcome: 'AGENT',
    route,
    currentTaskName: 'billing',
    referenceVariables: { customer: 'A & B' },
    transferVariables: { reason: '<refund>' },
    fallback: false,
    reason: null,
    legs: [],
    ...more,
  },
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

test('with TaskRouter the agent gets the decision with the call', () => {
  const workflowSid = WORKFLOW_SID;
  const body = twiml(routeTo({ type: 'QUEUE', queue: 'vip' }), { workflowSid });
  const [, sid, task = ''] = /<Enqueue workflowSid="(\w+)"><Task>(.*)<\/Task>/.exec(body) ?? [];
  expect(sid).toBe(workflowSid);
  expect(JSON.parse(task.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'))).toEqual({
    queue: 'vip',
    conversationId: 'conv-1',
    transferId: 'conv-1-a',
    outcome: 'AGENT',
    reason: null,
    currentTaskName: 'billing',
    referenceVariables: { customer: 'A & B' },
    transferVariables: { reason: '<refund>' },
  });
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

describe('what is too long for a task', () => {
  const queued = (transferVariables: Record<string, string>, referenceVariables = {}) => {
    const system = twilio({ ...phoneSystemSettings, authTokens: [AUTH_TOKEN], workflowSid: WORKFLOW_SID });
    const step = routeTo({ type: 'QUEUE', queue: 'vip' }, { transferVariables, referenceVariables });
    const { body, omitted } = system.answer(step, call, NOW);
    const [, task = ''] = /<Task>(.*)<\/Task>/s.exec(body) ?? [];
    const text = task.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
    return { attributes: JSON.parse(text) as unknown, omitted };
  };

  test.each([5_000, 70_000])('is left out and named: a variable of %d bytes', (length) => {
    const { attributes, omitted } = queued(
      { reason: 'refund', notes: 'é'.repeat(length / 2) },
      { plan: 'A' },
    );
    const names = ['transferVariables.notes'];
    expect(attributes).toMatchObject({
      transferVariables: { reason: 'refund' },
      referenceVariables: { plan: 'A' },
      omitted: names,
    });
    expect(omitted).toEqual(names);
  });

  test('is named as far as there is room', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`name${index}`, 'value']));
    expect(queued(many).omitted?.at(-1)).toBe('…');
    expect(queued({ ['x'.repeat(5000)]: '' }).omitted).toEqual(['…']);
  });

  test('is nothing of what fits', () => {
    expect(queued({ reason: 'refund\uffff' }).omitted).toBeUndefined();
  });
});
