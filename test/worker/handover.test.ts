import { setTimeout as sleep } from 'node:timers/promises';

import { conversationWorkflowId, type AskOptions } from '../../src/index';
import { connected, decisionIn, eventually, legIn, newRequest } from '../support/calls';
import { unhurried } from '../support/unhurried';
import type { WorkerProcess } from '../support/worker-process';

import { expectOneEnd, survivorsForFile, workerOn, workersForFile, type WithWorkers } from './with-survivors';

const LIMIT_MS = 180_000;
/** How long Temporal keeps a workflow task for the worker that knows the workflow, where nothing is said. */
const USUAL_STICKY_TIMEOUT_MS = 10_000;

const workers = workersForFile(unhurried);
const survivors = survivorsForFile(unhurried);

/**
 * Asks for a number until the request to ASAPP is under way in the activity of the worker that sent it. Temporal prefers that
 * worker for the activity, and may give it to the other, which sends its own.
 */
async function requestUnderWay({ env, client, sandbox }: WithWorkers, started: WorkerProcess[]) {
  for (;;) {
    sandbox.fail({ method: 'POST', effect: { kind: 'latency', ms: 2000 } });
    const request = newRequest();
    let isAnswered = false;
    const asking = client.requestTransfer(request).finally(() => (isAnswered = true));
    const handle = env.client.workflow.getHandle(conversationWorkflowId(request.conversationId));
    const activity = await eventually(async () => {
      const described = await handle.describe().catch(() => undefined);
      const found = described?.raw.pendingActivities?.find(({ lastWorkerIdentity }) => lastWorkerIdentity);
      return found ?? (isAnswered && 'over');
    });
    if (activity !== 'over') {
      const { events } = await handle.fetchHistory();
      const task = events?.find((event) => event.workflowTaskStartedEventAttributes);
      const sender = task?.workflowTaskStartedEventAttributes?.identity;
      const busy = started.find(({ identity }) => identity === sender);
      const isAlone = sandbox.requestsFor(request.transferId).length === 1;
      if (busy !== undefined && isAlone && activity.lastWorkerIdentity === sender)
        return { request, asking, busy };
    }
    await asking;
  }
}

describe('a worker told to end while a call is up', () => {
  test(
    'exits 0, and another goes on',
    async () => {
      const { client, sandbox, running } = workers();
      const [first] = await running(1);
      const { conversationId, transferId } = await connected(workers());

      const told = Date.now();
      expect(await first?.terminate()).toBe(0);
      expect(Date.now() - told).toBeLessThan(12_000);
      await running(1);

      sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
      const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
      expect(decisionIn(step)).toMatchObject({ outcome: 'AGENT', fallback: false });
      expect(await expectOneEnd(workers(), conversationId, [transferId])).toEqual(decisionIn(step));
    },
    LIMIT_MS,
  );

  test(
    'finishes the request to ASAPP that is under way, whose asker gets the number',
    async () => {
      const both = await workers().running(2);
      const { request, asking, busy } = await requestUnderWay(workers(), both);
      const [exitCode, step] = await Promise.all([busy.terminate(), asking]);

      expect(exitCode).toBe(0);
      expect(legIn(step).transferId).toBe(request.transferId);
      expect(workers().sandbox.requestsFor(request.transferId)).toEqual(['POST']);
    },
    LIMIT_MS,
  );
});

test(
  'of two workers the one that knows the call is killed: the other decides, and soon',
  async () => {
    const { env, client, sandbox, running } = workers();
    const both = await running(2);
    const { conversationId, transferId } = await connected(workers());
    // The workflow rests: no task of it dies with the worker.
    expect(await client.conversation(conversationId)).toMatchObject({ phase: 'CONNECTED' });
    await (await workerOn(env.client, conversationWorkflowId(conversationId), both)).kill();
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT', currentTaskName: 'billing' });

    const reported = Date.now();
    const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

    // About a second, on a machine that has nothing else to do.
    expect(Date.now() - reported).toBeLessThan(USUAL_STICKY_TIMEOUT_MS);
    expect(decisionIn(step)).toMatchObject({
      outcome: 'AGENT',
      currentTaskName: 'billing',
      fallback: false,
    });
    expect(await expectOneEnd(workers(), conversationId, [transferId])).toEqual(decisionIn(step));
  },
  LIMIT_MS,
);

describe.each(['stop', 'kill'] as const)('the Temporal server ends by %s and comes back', (ends) => {
  test(
    'while GenerativeAgent has the call',
    async () => {
      const { client, sandbox, server, running } = survivors();
      await running(1);
      const { conversationId, transferId } = await connected(survivors());

      await server[ends]();
      sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT', currentTaskName: 'billing' });
      const report = (options?: AskOptions) =>
        client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' }, options);
      const unanswered = await report({ answerTimeoutMs: 1500 }).catch((error: unknown) => error);
      await server.restart();

      expect(unanswered).toMatchObject({ name: 'NoAnswerError' });
      const decision = decisionIn(await eventually(() => report().catch(() => undefined)));
      expect(decision).toMatchObject({ outcome: 'AGENT', currentTaskName: 'billing', fallback: false });
      expect(await expectOneEnd(survivors(), conversationId, [transferId])).toEqual(decision);
    },
    LIMIT_MS,
  );

  test(
    'while a number is requested',
    async () => {
      const { client, sandbox, server, running } = survivors();
      await running(1);
      sandbox.fail({ method: 'POST', effect: { kind: 'latency', ms: 1500 } });
      const request = newRequest();

      const asking = client.requestTransfer(request).catch((error: unknown) => error);
      await sleep(800);
      await server[ends]();
      await server.restart();
      await asking;

      const step = await eventually(() => client.requestTransfer(request).catch(() => undefined));
      if (step.action === 'DIAL') {
        sandbox.exchange.callArrives(legIn(step).transferNumber);
        sandbox.exchange.aiEnds(request.transferId, { transferType: 'AGENT' });
        await client.reportDisconnect(request.conversationId, { transferId: request.transferId });
      }
      const { outcome } = await expectOneEnd(survivors(), request.conversationId, [request.transferId]);
      expect(outcome).toBe(step.action === 'DIAL' ? 'AGENT' : 'TRANSFER_UNAVAILABLE');
    },
    LIMIT_MS,
  );
});
