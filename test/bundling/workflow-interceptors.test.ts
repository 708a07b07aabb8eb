import { setTimeout as sleep } from 'node:timers/promises';

import { QueryNotRegisteredError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkerTuner } from '@temporalio/worker';

import { nextActivated } from '../../src/bundling/workflow-interceptors';
import { CallTransferClient, CallTransferPlugin, conversationQuery } from '../../src/index';
import type { Sandbox } from '../../src/sandbox';
import { connected, decisionIn, eventually, newRequest, workflowOf } from '../support/calls';
import { replay } from '../support/replay';
import { unhurried } from '../support/unhurried';
import { uniqueId } from '../support/unique-id';
import { withSandbox } from '../support/with-sandbox';
import { withRealServer } from '../support/with-temporal';
import { workflowBundle } from '../support/workflow-bundle';

/** What the SDK expects of a slot that is not to be had. */
class AbortError extends Error {
  override name = 'AbortError';
}

describe('events of a workflow task that has not begun', () => {
  type Told = Parameters<typeof nextActivated>[1];
  const time = (seconds: number) => ({ seconds, nanos: 0 }) as unknown as NonNullable<Told['timestamp']>;
  const size = (bytes: number) => bytes as unknown as NonNullable<Told['historySizeBytes']>;
  const first: Told = {
    timestamp: time(1),
    historySizeBytes: size(500),
    historyLength: 3,
    isReplaying: false,
  };
  const then = (told: Told) =>
    nextActivated(nextActivated({ task: '', events: 0 }, first), { ...first, ...told });

  it('are refused', () => {
    expect(() => then({ historyLength: 6 })).toThrow('no workflow task has handled yet');
  });

  it.each<[string, Told]>([
    ['a task of its own', { timestamp: time(2), historySizeBytes: size(900), historyLength: 7 }],
    ['the second half of a task', { historyLength: 3 }],
    ['an answer to a query alone', { historyLength: 6, isReplaying: true }],
    ['a replay', { historyLength: 7, isReplaying: true }],
    ['a task of a server whose clock went back', { historySizeBytes: size(900), historyLength: 7 }],
  ])('%s brings none', (_, told) => {
    expect(then(told).events).toBe(told.historyLength);
  });
});

/** Of workflows that the worker knows, or of any. */
type Kind = 'sticky' | 'normal';

/** Decides when a worker asks for workflow tasks and queries. */
class TaskPolls {
  private readonly asking = { sticky: 0, normal: 0 };
  private readonly waiting: { kind: Kind; go: () => void }[] = [];
  private isClosed = false;

  readonly tuner: WorkerTuner = {
    workflowTaskSlotSupplier: {
      type: 'custom',
      reserveSlot: async ({ isSticky }, signal) => {
        const kind = isSticky ? 'sticky' : 'normal';
        if (this.isClosed) await this.turn(kind, signal);
        this.asking[kind]++;
        return { kind };
      },
      tryReserveSlot: () => null,
      markSlotUsed: ({ permit }) => {
        this.asking[(permit as { kind: Kind }).kind]--;
      },
      releaseSlot: () => undefined,
    },
    activityTaskSlotSupplier: { type: 'fixed-size', numSlots: 10 },
    localActivityTaskSlotSupplier: { type: 'fixed-size', numSlots: 10 },
    nexusTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
  };

  /** The worker asks for nothing more once what it has asked for has come: `fill` makes something for it. */
  async close(fill: Record<Kind, () => Promise<unknown>>): Promise<void> {
    this.isClosed = true;
    for (const kind of ['sticky', 'normal'] as const) {
      while (this.asking[kind] > 0) {
        await fill[kind]();
        await sleep(50);
      }
    }
  }

  /** The worker asks once for what is not sticky. */
  async letOne(): Promise<void> {
    const turn = await eventually(() => Promise.resolve(this.waiting.find(({ kind }) => kind === 'normal')));
    this.waiting.splice(this.waiting.indexOf(turn), 1);
    turn.go();
  }

  open(): void {
    this.isClosed = false;
    for (const { go } of this.waiting.splice(0)) go();
  }

  private turn(kind: Kind, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = { kind, go: resolve };
      this.waiting.push(waiter);
      signal.addEventListener('abort', () => {
        const index = this.waiting.indexOf(waiter);
        if (index >= 0) this.waiting.splice(index, 1);
        reject(new AbortError());
      });
    });
  }
}

/** Both wait, the query and the workflow task: either may come first. */
const TRIES = 20;

test.each([
  ['a signal comes with the task', { withSignal: true, statusCheckIntervalMs: 4000 }],
  // Then the task itself brings nothing to the workflow. At the number's expiry there is nothing to do, and soon after there is.
  ['nothing comes with the task', { withSignal: false, statusCheckIntervalMs: 7000 }],
])(
  'a query that overtakes the workflow task of a timer is refused, and the history is replayed: %s',
  async (_, story) => {
    await withRealServer({}, (env) =>
      withSandbox({ numberTtlMs: 6000 }, async (sandbox) => {
        let tries = 1;
        while (!(await callWithQuery(env, sandbox, story)) && tries < TRIES) tries++;
        expect(tries).toBeLessThan(TRIES);
      }),
    );
  },
  300_000,
);

/** @returns whether the query came before the task */
async function callWithQuery(
  env: TestWorkflowEnvironment,
  sandbox: Sandbox,
  { withSignal, statusCheckIntervalMs }: { withSignal: boolean; statusCheckIntervalMs: number },
): Promise<boolean> {
  const taskQueue = uniqueId('query-beforehand');
  // The timer fires once the query has left the worker's own queue.
  const settings = { ...unhurried.settings, dialMarginMs: 2000, statusCheckIntervalMs };
  const polls = new TaskPolls();
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle: await workflowBundle(),
    plugins: [new CallTransferPlugin({ asapp: sandbox.asapp, settings })],
    tuner: polls.tuner,
    maxConcurrentWorkflowTaskPolls: 2,
    stickyQueueScheduleToStartTimeout: '1 second',
  });
  const client = new CallTransferClient(env.client, { taskQueue, ...unhurried.client });
  return await worker.runUntil(async () => {
    const { conversationId, transferId } = await connected({ client, sandbox });
    const workflow = workflowOf(env, conversationId);
    await polls.close({
      sticky: () => client.reportConnected(conversationId, { transferId: 'nobody' }),
      // Refused: the workflow's id is not the conversation's.
      normal: () => {
        const options = { taskQueue, workflowId: uniqueId('refused'), args: [newRequest()] };
        return env.client.workflow.start('callTransferWorkflow', options);
      },
    });

    const looked = workflow.query(conversationQuery).then(
      () => 'answered',
      (error: unknown) => error,
    );
    await eventually(async () =>
      (await workflow.fetchHistory()).events?.some((event) => event.timerFiredEventAttributes),
    );
    // Until a check is due, which was not when the number expired.
    await sleep(2000);
    await polls.letOne();
    await sleep(500);
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    if (withSignal) await client.signalDisconnected(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
    polls.open();
    const cameFirst = (await looked) instanceof QueryNotRegisteredError;

    // The client asks again by itself.
    expect(await client.conversation(conversationId)).toMatchObject({ conversationId });
    const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
    expect(decisionIn(step)).toMatchObject({ outcome: 'AGENT' });
    await workflow.result();
    await replay(env.client, workflow.workflowId);
    return cameFirst;
  });
}
