import { setTimeout as sleep } from 'node:timers/promises';

import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkerTuner } from '@temporalio/worker';

import { nextActivated } from '../../src/bundling/workflow-interceptors';
import { CallTransferClient, CallTransferPlugin, conversationQuery } from '../../src/index';
import type { Sandbox } from '../../src/sandbox';
import { connected, decisionIn, eventually, newRequest, workflowOf } from '../support/calls';
import { unhurried } from '../support/unhurried';
import { uniqueId } from '../support/unique-id';
import { withSandbox } from '../support/with-sandbox';
import { withRealServer } from '../support/with-temporal';
import { workflowBundle } from '../support/workflow-bundle';

/** What the SDK expects of a slot that is not to be had. */
class AbortError extends Error {
  override name = 'AbortError';
}

describe('whether events come before their workflow task', () => {
  const timer = { fireTimer: { seq: 1 } };
  const query = { queryWorkflow: { queryId: 'q', queryType: 'conversation' } };
  type Told = Partial<Parameters<typeof nextActivated>[1]>;
  const first = { taskBegan: '1.0', events: 3, isBeforehand: false };
  const after = (last: typeof first, told: Told) =>
    nextActivated(last, { jobs: [timer], isReplaying: false, ...told });
  const time = (seconds: number) => ({ seconds, nanos: 0 }) as unknown as NonNullable<Told['timestamp']>;

  it.each<[string, Told]>([
    ['a task of its own', { timestamp: time(2), historyLength: 7 }],
    ['the second half of a task', { timestamp: time(1), historyLength: 3 }],
    ['the answer to a query', { timestamp: time(1), historyLength: 3, jobs: [query] }],
    ['a query once the workflow has ended', { timestamp: time(1), historyLength: 6, jobs: [query] }],
    [
      'a replay by a server whose clock went back',
      { timestamp: time(1), historyLength: 7, isReplaying: true },
    ],
  ])('not with %s', (_, told) => {
    expect(after(first, told).isBeforehand).toBe(false);
  });

  const beforehand = after(first, { timestamp: time(1), historyLength: 6 });

  it('where the history grows and no task has begun', () => {
    expect(beforehand.isBeforehand).toBe(true);
  });

  it('and the task they are of is refused, once it begins', () => {
    const answered = after(beforehand, { timestamp: time(1), historyLength: 6, jobs: [query] });
    expect(() => after(answered, { timestamp: time(2), historyLength: 8 })).toThrow('beforehand');
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

test('a query that overtakes the workflow task of an event leaves a history that is replayed', async () => {
  await withRealServer({}, (env) =>
    withSandbox({}, async (sandbox) => {
      let tries = 1;
      while (!(await callWithQuery(env, sandbox)) && tries < TRIES) tries++;
      expect(tries).toBeLessThan(TRIES);
    }),
  );
}, 300_000);

/** @returns whether the query came before the task */
async function callWithQuery(env: TestWorkflowEnvironment, sandbox: Sandbox): Promise<boolean> {
  const taskQueue = uniqueId('query-beforehand');
  // The timer fires once the query has left the worker's own queue.
  const settings = { ...unhurried.settings, statusCheckIntervalMs: 4_000 };
  const asItIs = {
    workflowBundle: await workflowBundle(),
    plugins: [new CallTransferPlugin({ asapp: sandbox.asapp, settings })],
  };
  const polls = new TaskPolls();
  const worker = await Worker.create({
    ...asItIs,
    connection: env.nativeConnection,
    taskQueue,
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

    let isAnswered = false;
    const answered = workflow.query(conversationQuery).then(() => {
      isAnswered = true;
    });
    await eventually(async () =>
      (await workflow.fetchHistory()).events?.some((event) => event.timerFiredEventAttributes),
    );
    await polls.letOne();
    await sleep(500);
    const cameFirst = isAnswered;
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    await client.signalDisconnected(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
    polls.open();
    await answered;

    const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
    expect(decisionIn(step)).toMatchObject({ outcome: 'AGENT' });
    await workflow.result();
    await Worker.runReplayHistory(asItIs, await workflow.fetchHistory(), workflow.workflowId);
    return cameFirst;
  });
}
