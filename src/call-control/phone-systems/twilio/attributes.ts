import { fitting, type NamedVariables } from '../../../contract/hand-over';
import type { RoutingDecision } from '../../../contract/routing-decision';

/** Twilio takes so many bytes of a task's attributes. */
const MAX_BYTES = 4096;
const LONGEST_TASK_NAME = 200;

/** A task's attributes: what was decided, and the variables that the route hands over, as far as there is room. */
export function attributesOf(
  { conversationId, transferId, outcome, reason, currentTaskName }: RoutingDecision,
  queue: string,
  handedOver: NamedVariables,
) {
  const task = currentTaskName?.slice(0, LONGEST_TASK_NAME) ?? null;
  const attributes = (handOver: NamedVariables, omitted: readonly string[]) => ({
    ...{ queue, conversationId, transferId, outcome, reason, currentTaskName: task, handOver },
    ...(omitted.length > 0 && { omitted }),
  });
  const fits = (...parts: Parameters<typeof attributes>) =>
    Buffer.byteLength(JSON.stringify(attributes(...parts))) <= MAX_BYTES;
  const { kept, omitted } = fitting(handedOver, fits);
  return { attributes: attributes(kept, omitted), omitted };
}
