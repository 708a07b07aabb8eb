/** A receiver that is away for long, on the server that skips time. */
import { Worker } from '@temporalio/worker';

import type { Delivery } from '../../src/events/messages';
import { callTransferEventWorkflow } from '../../src/events/workflow';
import { uniqueId } from '../support/unique-id';
import { withTimeSkipping } from '../support/with-temporal';
import { workflowBundle } from '../support/workflow-bundle';

const HOUR_MS = 3_600_000;

const delivery: Delivery = {
  id: 'evt_1',
  event: {
    type: 'conversation.ended',
    timestamp: '2026-01-05T12:00:00.000Z',
    data: {
      conversationId: 'conv-1',
      result: 'ESCALATED',
      transferId: 'conv-1-a',
      outcome: 'AGENT',
      fallback: false,
      reason: null,
      route: 'agents',
      taskName: null,
      variables: {},
      legCount: 1,
      legs: [],
    },
  },
};

/** Delivers to a receiver that is back after a while, by the server's clock. How long it took, and how many attempts. */
async function delivered(awayForMs: number): Promise<{ hours: number; attempts: number; error: unknown }> {
  return await withTimeSkipping(async (env) => {
    const taskQueue = uniqueId('events');
    let attempts = 0;
    const begun = await env.currentTimeMs();
    const callTransferDeliverEvent = async () => {
      attempts++;
      if ((await env.currentTimeMs()) - begun < awayForMs) throw new Error('away');
    };
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      workflowBundle: await workflowBundle(),
      activities: { callTransferDeliverEvent },
    });
    return await worker.runUntil(async () => {
      const options = { taskQueue, workflowId: uniqueId('event'), args: [delivery] as [Delivery] };
      const handle = await env.client.workflow.start(callTransferEventWorkflow, options);
      const error = await handle.result().then(
        () => undefined,
        (failure: unknown) => (failure as Error).cause,
      );
      const { startTime, closeTime = startTime } = await handle.describe();
      return { hours: (closeTime.getTime() - startTime.getTime()) / HOUR_MS, attempts, error };
    });
  });
}

test('a receiver that is away for an hour gets the event within five minutes of its return', async () => {
  const { hours, attempts, error } = await delivered(HOUR_MS);

  expect(error).toBeUndefined();
  expect(hours).toBeLessThan(1.1);
  expect(attempts).toBeGreaterThan(10);
});

test('a receiver that is away for more than a day is a delivery that failed, and says so', async () => {
  const { hours, error } = await delivered(30 * HOUR_MS);

  expect(hours).toBeGreaterThan(23);
  expect(hours).toBeLessThan(24.1);
  expect(error).toMatchObject({
    type: 'EventNotDelivered',
    message: 'conversation.ended was not taken within a day',
  });
});
