/** Somebody looks at a call at a moment at which it has no worker: the query comes with the next workflow task. */
import { setTimeout as sleep } from 'node:timers/promises';

import { conversationWorkflowId, type NextStep } from '../../src/index';
import { connected, decisionIn, dialing, eventually, workflowOf } from '../support/calls';
import { replay } from '../support/replay';
import { withWorkerAtTimes, type WithWorkerAtTimes } from '../support/with-worker-at-times';

/** A call whose end has been reported, and the answer to come. */
interface Reported {
  conversationId: string;
  step: Promise<NextStep>;
}

describe.each([
  ['keeps workflows in memory', {}],
  ['replays them in each task', { maxCachedWorkflows: 0 }],
])('a worker that %s, and comes later, decides, and the history can be replayed', (_, worker) => {
  /** Answers the decision of the worker that comes after the report and the look. */
  const decidedLater = (reported: (underTest: WithWorkerAtTimes) => Promise<Reported>) =>
    withWorkerAtTimes({ worker, settings: { disconnectDeadlineMs: 2000 } }, async (underTest) => {
      const { conversationId, step } = await reported(underTest);
      const looking = underTest.client.conversation(conversationId);
      // It is there before the worker is.
      await sleep(500);
      const [decided] = await underTest.served(() => Promise.all([step, looking]));
      await replay(underTest.env.client, conversationWorkflowId(conversationId));
      return decisionIn(decided);
    });

  test('after a failed dial', async () => {
    const decision = await decidedLater(async ({ client, served }) => {
      const { conversationId, transferId } = await served(() => dialing({ client }));
      // So that a task is due, and the look goes with it.
      await client.reportConnected(conversationId, { transferId: 'another' });
      const step = client.reportDisconnect(conversationId, { transferId, cause: 'BUSY' });
      return { conversationId, step };
    });
    expect(decision).toMatchObject({ outcome: 'DIAL_FAILED', fallback: true });
  });

  test('without a result', async () => {
    const decision = await decidedLater(async ({ env, client, sandbox, served }) => {
      const { conversationId, step } = await served(async () => {
        const call = await connected({ client, sandbox });
        sandbox.fail({ method: 'GET', times: 'untilHealed', effect: { kind: 'hangAfter' } });
        const reporting = client.reportDisconnect(call.conversationId, { transferId: call.transferId });
        await eventually(() => Promise.resolve(sandbox.requestsFor(call.transferId).includes('GET')));
        return { ...call, step: reporting };
      });
      await eventually(async () => {
        const { events } = await workflowOf(env, conversationId).fetchHistory();
        return events?.some(({ activityTaskTimedOutEventAttributes: end }) => end != null);
      });
      return { conversationId, step };
    });
    expect(decision).toMatchObject({ outcome: 'CONTEXT_UNAVAILABLE', fallback: true });
  });
});
