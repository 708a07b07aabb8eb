/** Whatever a phone system sends and whatever comes next: what cannot be read is said so, and every answer can be carried out. */
import { validateApp } from '@jambonz/schema';
import fc from 'fast-check';

import { WebhookError, type PhoneSystem, type WebhookAnswer } from '../../../src/call-control/phone-system';
import { jambonz } from '../../../src/call-control/phone-systems/jambonz/index';
import { telnyx } from '../../../src/call-control/phone-systems/telnyx/index';
import { twilio } from '../../../src/call-control/phone-systems/twilio/index';
import type { NextStep, RoutingDecision } from '../../../src/index';
import { phoneSystemSettings, PUBLIC_URL } from '../../support/with-gateway';

import * as ofJambonz from './jambonz/jambonz-requests';
import { ONE_VERB } from './lines';
import { dialNumber, dialSip, routeTo } from './steps';
import * as ofTelnyx from './telnyx/telnyx-requests';
import * as ofTwilio from './twilio/twilio-requests';

const runs = { numRuns: 1500 };
const NOW = Date.parse('2026-11-24T10:00:00Z');

const text = fc.oneof(fc.string({ maxLength: 120 }), fc.string({ unit: 'binary', maxLength: 20 }));
const route = fc.oneof(
  fc.record({ type: fc.constant('QUEUE'), queue: text }),
  fc.record({ type: fc.constant('DIAL'), to: fc.oneof(text, fc.constantFrom('+18005550100', 'sip:a@b.c')) }),
  fc.record({ type: fc.constant('REDIRECT'), url: fc.oneof(text, fc.webUrl({ withQueryParameters: true })) }),
  fc.record({ type: fc.constantFrom('CONTINUE', 'HANG_UP') }),
  fc.jsonValue(),
);
const handOver = fc.oneof(fc.constant({}), fc.constant({ handOver: ['reason', 'customer'] }));
const step: fc.Arbitrary<NextStep> = fc.oneof(
  fc.integer({ min: -60, max: 60 }).map((left) => dialNumber(new Date(NOW + left * 1000).toISOString())),
  fc.constant(dialSip()),
  fc.tuple(route, handOver, fc.dictionary(text, text)).map(([to, more, variables]) => {
    const isObject = typeof to === 'object' && to !== null && !Array.isArray(to);
    const whole = isObject ? { ...to, ...more } : to;
    return routeTo(whole as RoutingDecision['route'], { transferVariables: variables });
  }),
);

const LOST = Symbol('a field that is not there');
const value = fc.oneof(fc.constant(LOST), text, fc.jsonValue());

/** A webhook of a kind, with some fields missing and some with anything in them. */
const changed = (fields: Record<string, unknown>): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .array(fc.tuple(fc.constantFrom(...Object.keys(fields)), value), { maxLength: 4 })
    .map((changes) => Object.assign({}, fields, Object.fromEntries(changes)) as Record<string, unknown>)
    .map((all) => Object.fromEntries(Object.entries(all).filter(([, each]) => each !== LOST)));

/** A field of a form is text, whatever it says. */
const asText = (each: unknown): string => (typeof each === 'string' ? each : JSON.stringify(each));

const ids = 'conversationId=conv-1&transferId=conv-1-a';
const query = fc.oneof(fc.constantFrom('', ids, `${ids}&dialled=ROUTE`, `${ids}&dialled=FALLBACK`), text);

interface Sent {
  hook: string;
  query: string;
  body: string;
}

/** What is answered, or nothing if the webhook cannot be read. */
function answered(
  system: PhoneSystem,
  { hook, query: said, body }: Sent,
  next: NextStep,
): WebhookAnswer | undefined {
  const request = {
    hook,
    url: `${PUBLIC_URL}/${system.name}/${hook}?${said}`,
    query: new URLSearchParams(said),
    headers: {},
    body: Buffer.from(body),
  };
  try {
    return system.answer(next, system.read(request).call, NOW);
  } catch (error) {
    expect(error).toBeInstanceOf(WebhookError);
    return undefined;
  }
}

test('of Twilio', () => {
  const system = twilio({ ...phoneSystemSettings, authTokens: [ofTwilio.AUTH_TOKEN] });
  const kinds = {
    voice: ofTwilio.incoming,
    dial: ofTwilio.dialEnded,
    routed: ofTwilio.dialEnded,
    status: ofTwilio.answered,
  };
  const any = fc
    .constantFrom(...Object.entries(kinds))
    .chain(([hook, fields]) => fc.tuple(fc.constant(hook), query, changed(fields)));
  fc.assert(
    fc.property(any, step, ([hook, said, fields], next) => {
      const body = new URLSearchParams(
        Object.entries(fields).map(([name, each]): [string, string] => [name, asText(each)]),
      ).toString();
      const answer = answered(system, { hook, query: said, body }, next);
      expect(answer?.body ?? '<?xml ?><Response/>').toMatch(ONE_VERB);
    }),
    runs,
  );
  expect.hasAssertions();
});

test('of jambonz', () => {
  const system = jambonz({ ...phoneSystemSettings, secrets: [ofJambonz.SECRET] });
  const { incoming, dialEnded, callerGone } = ofJambonz;
  const kinds = { call: incoming, dial: dialEnded, routed: dialEnded, status: callerGone };
  const any = fc
    .constantFrom(...Object.entries(kinds))
    .chain(([hook, fields]) => fc.tuple(fc.constant(hook), query, changed(fields)));
  fc.assert(
    fc.property(any, step, ([hook, said, fields], next) => {
      const answer = answered(system, { hook, query: said, body: JSON.stringify(fields) }, next);
      if (answer === undefined) return;
      expect(validateApp(JSON.parse(answer.body))).toEqual({ valid: true, errors: [] });
    }),
    runs,
  );
  expect.hasAssertions();
});

test('of Telnyx', () => {
  const { publicKey } = ofTelnyx.keyPair();
  const system = telnyx({ ...phoneSystemSettings, publicKeys: [publicKey], apiKey: ofTelnyx.API_KEY });
  const { incoming, callerAnswered, agentHungUp, callerHungUp, deskHungUp, agentBridged } = ofTelnyx;
  const kinds = [
    incoming(),
    callerAnswered(),
    agentHungUp(),
    callerHungUp(),
    deskHungUp('ROUTE'),
    agentBridged(),
  ];
  const any = fc.constantFrom(...kinds).chain((event) =>
    changed(event.data.payload as Record<string, unknown>).map((payload) => ({
      ...event,
      data: { ...event.data, payload },
    })),
  );
  fc.assert(
    fc.property(any, query, step, (event, said, next) => {
      const answer = answered(system, { hook: 'events', query: said, body: JSON.stringify(event) }, next);
      for (const command of answer?.commands ?? []) {
        expect(command).toMatchObject({
          callControlId: expect.stringMatching(/./) as string,
          params: { command_id: expect.stringMatching(/^[\da-f-]{36}$/) as string },
        });
      }
    }),
    runs,
  );
  expect.hasAssertions();
});
