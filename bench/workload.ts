/** What a contestant is measured by. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Sandbox } from '../lib/sandbox';

import type { CallIds, Contestant } from './contestant';
import { processorMs } from './processor-time';

export const kinds = ['leg', 'reconnection', 'fallback'] as const;
/** One leg; a leg after one that the customer ended; or a request that ASAPP refuses. */
export type Kind = (typeof kinds)[number];

/** Milliseconds of each round trip, and what all took. */
export interface Samples {
  number: number[];
  decision: number[];
  calls: number;
  /** Calls that got no number or no decision, under too much load for the hard limit. */
  fellBack: number;
  /** Of the whole batches, milliseconds. */
  elapsed: number;
  /** Processor time of the contestant's process in that time, milliseconds; `NaN` if nobody tells. */
  processor: number;
}

export const noSamples = (): Samples => ({
  number: [],
  decision: [],
  calls: 0,
  fellBack: 0,
  elapsed: 0,
  processor: 0,
});

const timed = async <T>(into: number[], ask: () => Promise<T>): Promise<T> => {
  const begun = performance.now();
  const answer = await ask();
  into.push(performance.now() - begun);
  return answer;
};

const newCall = (): CallIds => {
  const conversationId = randomUUID();
  return { conversationId, transferId: `${conversationId}-a` };
};

/** A call up to the moment at which GenerativeAgent talks. Answers whether it came so far. */
export async function openCall(
  contestant: Contestant,
  sandbox: Sandbox,
  call = newCall(),
  into: number[] = [],
): Promise<boolean> {
  const answer = await timed(into, () => contestant.request(call));
  if (answer === null || (answer as { action?: unknown }).action === 'ROUTE') return false;
  sandbox.exchange.callArrives(sandbox.exchange.transfers.get(call.transferId)?.transferNumber ?? '');
  await contestant.connect(call);
  return true;
}

/** One call from its request to its end. Answers the leg that was measured. */
export async function playCall(
  contestant: Contestant,
  sandbox: Sandbox,
  kind: Kind,
  samples: Samples = noSamples(),
  /** How long GenerativeAgent talks, milliseconds. */
  talkMs = 0,
): Promise<CallIds> {
  let call = newCall();
  if (kind === 'fallback') {
    await timed(samples.number, () => contestant.request(call));
    await contestant.over(call);
    return call;
  }
  if (kind === 'reconnection') {
    if (!(await openCall(contestant, sandbox, call))) return fallenBack(call, samples);
    if (talkMs > 0) await sleep(talkMs);
    sandbox.exchange.callerHangsUp(call.transferId);
    await contestant.disconnect(call, 'CUSTOMER');
    call = { ...call, transferId: `${call.conversationId}-b` };
  }
  if (!(await openCall(contestant, sandbox, call, samples.number))) return fallenBack(call, samples);
  if (talkMs > 0) await sleep(talkMs);
  sandbox.exchange.aiEnds(call.transferId, {
    transferType: 'AGENT',
    currentTaskName: 'billing',
    transferVariables: { reason: 'invoice' },
  });
  const decision = await timed(samples.decision, () => contestant.disconnect(call, 'GENERATIVE_AGENT'));
  if (decision === null) return fallenBack(call, samples);
  await contestant.over(call);
  return call;
}

function fallenBack(call: CallIds, samples: Samples): CallIds {
  samples.fellBack++;
  return call;
}

/** How many calls, how many of them at a time, and how long nothing happens before them, milliseconds. */
export interface Batch {
  calls: number;
  parallel: number;
  pauseMs: number;
}

/** So many calls, so many of them at a time. */
export async function playBatch(
  contestant: Contestant,
  sandbox: Sandbox,
  kind: Kind,
  { calls, parallel, pauseMs }: Batch,
  samples: Samples,
): Promise<void> {
  await sleep(pauseMs);
  const processorBefore = await processorMs(contestant.pid);
  const begun = performance.now();
  let left = calls;
  await Promise.all(
    Array.from({ length: Math.min(parallel, calls) }, async () => {
      while (left-- > 0) await playCall(contestant, sandbox, kind, samples);
    }),
  );
  samples.calls += calls;
  samples.elapsed += performance.now() - begun;
  samples.processor += (await processorMs(contestant.pid)) - processorBefore;
}

/**
 * Lets contestants take turns in random order, so that the machine's moods strike all alike.
 *
 * @returns by contestant
 */
export async function compete(
  contestants: readonly Contestant[],
  sandbox: Sandbox,
  kind: Kind,
  { rounds, ...batch }: Batch & { rounds: number },
): Promise<Map<string, Samples>> {
  const results = new Map(contestants.map(({ name }) => [name, noSamples()]));
  for (let round = -1; round < rounds; round++) {
    for (const contestant of [...contestants].sort(() => Math.random() - 0.5)) {
      // The first round warms up.
      const samples = round < 0 ? noSamples() : (results.get(contestant.name) as Samples);
      await playBatch(contestant, sandbox, kind, batch, samples);
    }
  }
  return results;
}
