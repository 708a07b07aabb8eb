/** Calls whose events are told late, twice, out of order or never, over hours: one decision for each, the documented one. */
import fc from 'fast-check';

import type { DisconnectReport, FallbackReason, NextStep, Outcome } from '../../src/index';
import { legIn, newRequest, withSkippedTime, type CallTransferInSkippedTime } from '../support/calls';
import { awayFromTimers } from '../support/timers';
import { uniqueId } from '../support/unique-id';

const SECOND = 1000;
/** The number's life, and what tells well before its end from well after it. */
const EXPIRY = 60 * SECOND;
const NEARBY = 10 * SECOND;
/** How often ASAPP is asked whether a call has ended, where nobody tells. */
const LOOK = 600 * SECOND;

/** What happens on the phone, whatever is told of it. */
interface Truth {
  name: string;
  /** Whether the call reaches GenerativeAgent. */
  arrives: boolean;
  ends: ((phone: Phone) => void) | null;
  reports: Omit<DisconnectReport, 'transferId'>[];
  /** Where a report must come for the outcome to be known: by itself ASAPP says something else. */
  unheard: Outcome;
  heard: Outcome;
  reason: FallbackReason | null;
}

type Phone = Pick<CallTransferInSkippedTime, 'sandbox'> & { transferId: string };

const aiEnds =
  (transferType: string) =>
  ({ sandbox, transferId }: Phone): void =>
    void sandbox.exchange.aiEnds(transferId, { transferType });
const callerHangsUp = ({ sandbox, transferId }: Phone): void =>
  void sandbox.exchange.callerHangsUp(transferId);
const same = (outcome: Outcome, reason: FallbackReason | null = null) => ({
  heard: outcome,
  unheard: outcome,
  reason,
});

const truths: Truth[] = [
  {
    name: 'GenerativeAgent asks for a person',
    arrives: true,
    ends: aiEnds('AGENT'),
    reports: [{ by: 'GENERATIVE_AGENT' }, { by: 'UNKNOWN' }, {}],
    ...same('AGENT'),
  },
  {
    name: 'a task hands the call back',
    arrives: true,
    ends: aiEnds('SYSTEM'),
    reports: [{ by: 'GENERATIVE_AGENT' }, {}],
    ...same('SYSTEM'),
  },
  {
    name: 'the customer hangs up',
    arrives: true,
    ends: callerHangsUp,
    reports: [{ by: 'CUSTOMER' }, {}],
    ...same('CUSTOMER_HUNG_UP'),
  },
  {
    name: 'both hang up',
    arrives: true,
    ends: aiEnds('AGENT'),
    reports: [{ by: 'CUSTOMER' }],
    heard: 'CUSTOMER_HUNG_UP',
    unheard: 'AGENT',
    reason: null,
  },
  {
    name: 'the number is busy',
    arrives: false,
    ends: null,
    reports: [
      { by: 'GENERATIVE_AGENT', cause: 'BUSY' },
      { by: 'UNKNOWN', cause: 'NO_ANSWER' },
    ],
    heard: 'DIAL_FAILED',
    unheard: 'NUMBER_EXPIRED',
    reason: null,
  },
  {
    name: 'the customer leaves while it rings',
    arrives: false,
    ends: null,
    reports: [{ by: 'CUSTOMER', cause: 'CANCELLED' }],
    heard: 'CUSTOMER_HUNG_UP',
    unheard: 'NUMBER_EXPIRED',
    reason: null,
  },
  { name: 'nobody dials', arrives: false, ends: null, reports: [{}], ...same('NUMBER_EXPIRED') },
  {
    name: 'the call never ends',
    arrives: true,
    ends: null,
    reports: [{}],
    ...same('CONTEXT_UNAVAILABLE', 'CALL_DURATION_LIMIT'),
  },
];

/** Milliseconds from an event to the moment at which it is told. */
const delays = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 3 * SECOND }),
  fc.constantFrom(20 * SECOND, 90 * SECOND, 15 * 60 * SECOND, 2 * 3600 * SECOND),
);

interface Script {
  truth: Truth;
  ringMs: number;
  talkMs: number;
  /** When each is told, after it happened. */
  connects: number[];
  disconnects: { afterMs: number; report: Truth['reports'][number]; way: 'update' | 'signal' }[];
  strays: number[];
  repeats: number[];
}

const scripts: fc.Arbitrary<Script> = fc.constantFrom(...truths).chain((truth) =>
  fc.record({
    truth: fc.constant(truth),
    ringMs: fc.integer({ min: 0, max: 40 * SECOND }),
    talkMs: fc.oneof(fc.integer({ min: 0, max: 30 * SECOND }), fc.integer({ min: 0, max: 50 * 60 * SECOND })),
    connects: fc.array(delays, { maxLength: 2 }),
    disconnects:
      truth.ends === null && (truth.arrives || truth.name === 'nobody dials')
        ? fc.constant([])
        : fc.array(
            fc.record({
              afterMs: delays,
              report: fc.constantFrom(...truth.reports),
              way: fc.constantFrom('update' as const, 'signal' as const),
            }),
            { maxLength: 3 },
          ),
    strays: fc.array(delays, { maxLength: 1 }),
    repeats: fc.array(delays, { maxLength: 1 }),
  }),
);

interface Happening {
  at: number;
  does: () => unknown;
}

/** Plays a script, and answers all that was told of where the customer goes. */
async function play(underTest: CallTransferInSkippedTime, script: Script) {
  const { client, sandbox, pass } = underTest;
  const { truth, ringMs, talkMs } = script;
  const request = newRequest({ conversationId: uniqueId('any-order') });
  const { conversationId, transferId } = request;
  const steps: NextStep[] = [];
  const asked = async (ask: Promise<NextStep>) => {
    steps.push(await ask);
  };
  const { transferNumber } = legIn(await client.requestTransfer(request));
  const phone = { sandbox, transferId };
  const endsAt = truth.arrives ? ringMs + talkMs : ringMs;
  const happenings: Happening[] = [
    ...(truth.arrives ? [{ at: ringMs, does: () => sandbox.exchange.callArrives(transferNumber) }] : []),
    ...(truth.ends === null ? [] : [{ at: endsAt, does: () => truth.ends?.(phone) }]),
    ...(truth.arrives ? script.connects : []).map((afterMs) => ({
      at: ringMs + afterMs,
      does: () => client.reportConnected(conversationId, { transferId }),
    })),
    ...script.disconnects.map(({ afterMs, report, way }) => ({
      at: endsAt + afterMs,
      does: () =>
        way === 'signal'
          ? client.signalDisconnected(conversationId, { transferId, ...report })
          : asked(client.reportDisconnect(conversationId, { transferId, ...report })),
    })),
    ...script.strays.map((at) => ({
      at,
      does: () => client.signalDisconnected(conversationId, { transferId: 'nobody', by: 'CUSTOMER' }),
    })),
  ];
  let now = 0;
  // What is put off puts off all that follows, so that the order stays.
  let late = 0;
  // Sorting keeps the order of what happens at the same moment: the call before what is told of it.
  for (const { at, does } of happenings.sort((one, other) => one.at - other.at)) {
    if (at + late > now) await pass(at + late - now);
    const putOff = await awayFromTimers(underTest, conversationId);
    late += putOff;
    now = at + late;
    await does();
  }
  // Longer than any call, look and window.
  await pass(3 * 3600 * SECOND);
  const decision = await client.result(conversationId);
  await pass(1);
  return { steps, decision, endsAt };
}

/** The outcomes that are right: two where the first report comes close to a look that says something else. */
function rightOutcomes({ truth, disconnects, ringMs, connects }: Script, endsAt: number): Set<Outcome> {
  const told = Math.min(...disconnects.map(({ afterMs }) => endsAt + afterMs));
  if (truth.heard === truth.unheard) return new Set([truth.heard]);
  if (told === Infinity) return new Set([truth.unheard]);
  // A call that ASAPP knows is looked at when its number would expire, and every ten minutes; one that it does not know
  // when the number expires.
  const isKnown = truth.arrives && connects.some((afterMs) => ringMs + afterMs < EXPIRY - NEARBY);
  const look = truth.arrives ? (isKnown ? LOOK : EXPIRY) : EXPIRY;
  const since = truth.arrives ? Math.max(endsAt, look) : look;
  if (told < look - NEARBY || told <= endsAt) return new Set([truth.heard]);
  return told > since + NEARBY && !truth.arrives
    ? new Set([truth.unheard])
    : new Set([truth.heard, truth.unheard]);
}

test('whatever is told, and whenever: one decision, the documented one', async () => {
  await withSkippedTime({}, async (underTest) => {
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        const { steps, decision, endsAt } = await play(underTest, script);
        expect(decision.legs).toHaveLength(1);
        expect(rightOutcomes(script, endsAt)).toContain(decision.outcome);
        expect(decision.reason).toBe(script.truth.reason ?? decision.reason);
        for (const step of steps) expect(step).toEqual({ action: 'ROUTE', decision });
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 16) },
    );
  });
}, 300_000);
