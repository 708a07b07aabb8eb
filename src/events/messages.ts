/** How a conversation that is over, and what delivers word of it, know each other. */
import type { ConversationEnded } from '../contract/conversation-ended';
import { fittingId } from '../contract/names';

/** Workflow type of a delivery. */
export const DELIVER_EVENT_WORKFLOW = 'callTransferEventWorkflow';

/** Type of the failure with which a delivery ends that was not taken in time. */
export const EVENT_NOT_DELIVERED = 'EventNotDelivered';

/** The workflow id of a delivery. */
export const eventWorkflowId = (conversationId: string, id: string): string =>
  fittingId(`call-transfer-event/${id}/${conversationId}`);

/** Deliveries have a task queue of their own: a receiver that is slow takes nothing from calls. */
export const eventsTaskQueue = (taskQueue: string): string => `${taskQueue}-events`;

/** What is delivered. */
export interface Delivery {
  /** The `webhook-id`: the same for each attempt, so that a receiver can tell repetitions. */
  id: string;
  event: ConversationEnded;
}

export interface EventActivities {
  /** Sends an event once. Fails, to be tried again, unless the receiver answers with a status of 2xx. */
  callTransferDeliverEvent(delivery: Delivery): Promise<void>;
}
