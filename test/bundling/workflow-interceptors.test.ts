import { setTimeout as sleep } from 'node:timers/promises';

import { QueryNotRegisteredError } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkerOptions, type WorkerTuner } from '@temporalio/worker';

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

describe('events that no workflow task has completed', () => {
  type Told = Parameters<typeof nextActivated>[1];
  const began = (seconds: number, bytes = 500): Told => ({
    timestamp: { seconds, nanos: 0 } as unknown as NonNullable<Told['timestamp']>,
    historySizeBytes: bytes as unknown as NonNullable<Told['historySizeBytes']>,
  });
  const events = (historyLength: number, task = began(1)): Told => ({ ...task, historyLength });
  const replay = (historyLength: number, task = began(1)): Told => ({
    ...events(historyLength, task),
    isReplaying: true,
  });
  const query = (historyLength: number, queryId = 'legacy_query'): Told => ({
    ...replay(historyLength, began(2, 900)),
    jobs: [{ queryWorkflow: { queryId } }],
  });
  const next = began(2, 900);

  /** Activates a workflow with these, one after the other. */
  const activate = (told: readonly Told[], apartMs = 10) =>
    told.reduce<Parameters<typeof nextActivated>[0]>(
      (last, activation, index) => nextActivated(last, activation, index * apartMs),
      { task: '', events: 0, isReplay: false },
    );

  it.each([
    ['a task that has not begun', [events(3), events(6)]],
    ['a task that has not begun, after a replay', [replay(3), events(6)]],
    ['a task that another worker has begun', [replay(3), events(6, next), query(6)]],
  ])('are refused: those of %s', (_, told) => {
    expect(() => activate(told)).toThrow('no workflow task has handled yet');
  });

  it.each([
    ['a task of its own', [events(3), events(7, next)]],
    ['the second half of a task', [events(3), events(3)]],
    ['a replay', [events(3), replay(7)]],
    ['a task of a server whose clock went back', [events(3), events(7, began(1, 900))]],
    ['a query after a task', [events(3), events(6, next), query(6)]],
    ['a query after a task and its commands', [replay(3), events(6, next), query(8)]],
    ['a query that comes with its task', [replay(3), events(6, next), query(6, '1')]],
    ['a query after a replay', [replay(3), query(3), query(3)]],
    [
      'a query after a task that followed on a query',
      [replay(3), { ...query(3), ...began(1) }, events(6, next), query(6)],
    ],
  ])('%s brings none', (_, told) => {
    expect(activate(told).events).toBe(told.at(-1)?.historyLength);
  });

  it('are none that a worker handled in its own task, a second ago', () => {
    expect(activate([replay(3), events(6, next), query(6)], 1000).events).toBe(6);
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

interface Story {
  statusCheckIntervalMs: number;
  stickyTimeoutMs: number;
  /** A worker that is gone has begun the task, and another is there. */
  isTaken?: boolean;
  /** A signal comes with the task. */
  withSignal?: boolean;
}

test.each<[string, Story]>([
  ['a signal comes with the task', { statusCheckIntervalMs: 4000, stickyTimeoutMs: 1000, withSignal: true }],
  // Then the task itself brings nothing to the workflow. At the number's expiry there is nothing to do, and soon after there is.
  ['nothing comes with the task', { statusCheckIntervalMs: 7000, stickyTimeoutMs: 1000 }],
  [
    'a worker has begun the task and is gone',
    { statusCheckIntervalMs: 7000, stickyTimeoutMs: 4000, isTaken: true },
  ],
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
  { statusCheckIntervalMs, stickyTimeoutMs, isTaken = false, withSignal = false }: Story,
): Promise<boolean> {
  const taskQueue = uniqueId('query-beforehand');
  // The timer fires once the query has left the worker's own queue, or while it is there.
  const settings = { ...unhurried.settings, dialMarginMs: 2000, statusCheckIntervalMs };
  const polls = new TaskPolls();
  const createWorker = async (options: Partial<WorkerOptions>) =>
    Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      workflowBundle: await workflowBundle(),
      plugins: [new CallTransferPlugin({ asapp: sandbox.asapp, settings })],
      ...options,
    });
  const client = new CallTransferClient(env.client, { taskQueue, ...unhurried.client });
  const worker = await createWorker({
    tuner: polls.tuner,
    maxConcurrentWorkflowTaskPolls: 2,
    stickyQueueScheduleToStartTimeout: stickyTimeoutMs,
  });
  const end = await worker.runUntil(async () => {
    const { conversationId, transferId, dialBy } = await connected({ client, sandbox });
    const workflow = workflowOf(env, conversationId);
    const eventsOf = async () => (await workflow.fetchHistory()).events ?? [];
    await polls.close({
      sticky: () => client.reportConnected(conversationId, { transferId: 'nobody' }),
      // Refused: the workflow's id is not the conversation's.
      normal: () => {
        const options = { taskQueue, workflowId: uniqueId('refused'), args: [newRequest()] };
        return env.client.workflow.start('callTransferWorkflow', options);
      },
    });

    // It leaves the worker's own queue within the two seconds that a worker has for a task.
    if (isTaken) await sleep(Date.parse(dialBy) - 1000 - Date.now());
    const looked = workflow.query(conversationQuery).then(
      () => 'answered',
      (error: unknown) => error,
    );
    const taken = isTaken ? takeTwo(env, taskQueue, await eventsOf()) : undefined;
    await eventually(async () => (await eventsOf()).some((event) => event.timerFiredEventAttributes));
    await taken;
    const end = async () => {
      const cameFirst = (await looked) instanceof QueryNotRegisteredError;
      // The client asks again by itself.
      expect(await client.conversation(conversationId)).toMatchObject({ conversationId });
      const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
      expect(decisionIn(step)).toMatchObject({ outcome: 'AGENT' });
      await workflow.result();
      await replay(env.client, workflow.workflowId);
      return cameFirst;
    };
    if (isTaken) {
      sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
      return end;
    }
    // Until a check is due, which was not when the number expired.
    await sleep(2000);
    await polls.letOne();
    await sleep(500);
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    if (withSignal) await client.signalDisconnected(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
    polls.open();
    const cameFirst = await end();
    return () => Promise.resolve(cameFirst);
  });
  return isTaken ? await (await createWorker({})).runUntil(end) : await end();
}

/** Another worker takes the query and the task from the queue of the one that knows the workflow, and does nothing with them. */
async function takeTwo(
  { client }: TestWorkflowEnvironment,
  normalName: string,
  events: readonly temporal.api.history.v1.IHistoryEvent[],
): Promise<void> {
  const { TASK_QUEUE_KIND_STICKY: STICKY } = temporal.api.enums.v1.TaskQueueKind;
  const sticky = events
    .flatMap(
      ({ workflowTaskScheduledEventAttributes }) => workflowTaskScheduledEventAttributes?.taskQueue ?? [],
    )
    .findLast(({ kind }) => kind === STICKY);
  const poll = () =>
    client.workflowService.pollWorkflowTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: sticky?.name ?? null, normalName, kind: STICKY },
      identity: 'gone',
    });
  await client.withDeadline(Date.now() + 60_000, () => Promise.all([poll(), poll()]));
}
