import { ApplicationFailure, metricMeter, proxyActivities } from '@temporalio/workflow';

import { EVENT_NOT_DELIVERED, type Delivery, type EventActivities } from './messages';

/** Attempts go on for a day: a receiver that is away for less loses nothing. */
const { callTransferDeliverEvent } = proxyActivities<EventActivities>({
  scheduleToCloseTimeout: '1 day',
  startToCloseTimeout: '15 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 minutes' },
  summary: 'Send the event',
});

/**
 * Delivers one event, at least once. If it is not taken within a day the workflow fails, and is found among the failed
 * ones; `call-transfer-redeliver` has it try for another day.
 */
export async function callTransferEventWorkflow(delivery: Delivery): Promise<void> {
  const deliveries = metricMeter.createCounter(
    'call_transfer_events',
    '1',
    'Events that were to be delivered',
  );
  try {
    await callTransferDeliverEvent(delivery);
    deliveries.add(1, { result: 'delivered' });
  } catch (error) {
    deliveries.add(1, { result: 'not_delivered' });
    throw ApplicationFailure.nonRetryable(
      `${delivery.event.type} was not taken within a day`,
      EVENT_NOT_DELIVERED,
      error instanceof Error ? error.message : undefined,
    );
  }
}
