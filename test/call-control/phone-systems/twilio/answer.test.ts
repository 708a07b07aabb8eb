import { twilio, type TwilioOptions } from '../../../../src/call-control/phone-systems/twilio/index';
import type { NextStep, RoutingDecision } from '../../../../src/index';
import { phoneSystemSettings, PUBLIC_URL } from '../../../support/with-gateway';

import { AUTH_TOKEN } from './twilio-requests';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const call = { conversationId: 'conv-1' };

const twiml = (step: NextStep | undefined, options: Partial<TwilioOptions> = {}) => {
  const system = twilio({ ...phoneSystemSettings, authTokens: [AUTH_TOKEN], ...options });
  const { contentType, body } = system.answer(step, call, NOW);
  expect(contentType).toBe('text/xml');
  return body.replace('<?xml version="1.0" encoding="UTF-8"?>', '');
};

const dialUntil = (dialBy: string): NextStep => ({
  action: 'DIAL',
  leg: {
    transferId: 'conv-1-a',
    type: 'PHONE_NUMBER',
    transferNumber: '+12005550100',
    country: 'US',
    expiresAt: '2026-11-24T10:01:00Z',
    dialBy,
  },
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
  expect(twiml(dialUntil('2026-11-24T10:00:48Z'))).toBe(
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
  expect(twiml(dialUntil(dialBy))).toContain(`timeout="${seconds}"`);
});

test('GenerativeAgent sees the number that the settings say', () => {
  expect(twiml(dialUntil('2026-11-24T10:00:48Z'), { callerId: '+18005551212' })).toContain(
    'callerId="+18005551212"',
  );
});

test.each<[RoutingDecision['route'], string]>([
  [{ type: 'QUEUE', queue: 'agents & more' }, '<Enqueue>agents &amp; more</Enqueue>'],
  [{ type: 'DIAL', to: '+18005551212' }, '<Dial answerOnBridge="true"><Number>+18005551212</Number></Dial>'],
  [
    { type: 'DIAL', to: 'sip:agents@example.com' },
    '<Dial answerOnBridge="true"><Sip>sip:agents@example.com</Sip></Dial>',
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
  ['that is no object', 'agents'],
])('instead of a route %s the caller gets the fallback route', (_what, route) => {
  expect(twiml(routeTo(route))).toBe('<Response><Enqueue>fallback</Enqueue></Response>');
});

test('without an address to continue at the caller gets the fallback route', () => {
  expect(twiml(routeTo({ type: 'CONTINUE' }), { continueUrl: undefined })).toContain('fallback');
});

test('with TaskRouter the agent gets the decision with the call', () => {
  const workflowSid = `WW${'0'.repeat(32)}`;
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
