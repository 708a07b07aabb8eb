import { once } from 'node:events';

import { getClient } from '@temporalio/activity';

import { findEndedRun } from '../client/ended-runs';
import type { RoutingDecision } from '../contract/routing-decision';

/**
 * The decision of an earlier run of a conversation about a transfer: a request that is repeated after it, without an
 * update id that Temporal would know, opened another run.
 *
 * @returns `null` if there is none, if the server lists no workflows, or if the signal comes first
 */
export async function findDecision(
  conversationId: string,
  transferId: string,
  signal: AbortSignal,
): Promise<RoutingDecision | null> {
  const search = async () =>
    (await findEndedRun(getClient(), conversationId, transferId, signal))?.decision ?? null;
  // A worker's own connection ends no call at a signal.
  return await Promise.race([search().catch(() => null), once(signal, 'abort').then(() => null)]);
}
