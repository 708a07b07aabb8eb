import { randomUUID } from 'node:crypto';

/** An id that no other test uses: for task queues, conversations and transfers on a shared server. */
export function uniqueId(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`;
}
