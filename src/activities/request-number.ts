import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

import type { Assigned, CallTransfers, CreateTransfer } from '../asapp/port';
import { failureTypes } from '../contract/failures';
import type { RoutingDecision } from '../contract/routing-decision';

import type { AssignedNumber } from './types';

/** The decision of another run of a conversation about a transfer, if there is one. */
export type FindDecision = (
  conversationId: string,
  transferId: string,
  signal: AbortSignal,
) => Promise<RoutingDecision | null>;

/**
 * Creates the transfer and answers what is to be dialled.
 *
 * Only an `ACTIVE` transfer of this very conversation has a number to hand out. Any other under an id that existed means
 * that the id was used before: its number is released, and may already be a stranger's.
 */
export async function requestNumber(
  asapp: CallTransfers,
  request: CreateTransfer,
  { findDecision, signal }: { findDecision: FindDecision; signal: AbortSignal },
): Promise<Omit<AssignedNumber, 'settings'>> {
  const { transferId, conversationId } = request;
  const { transfer, existed, assigned } = await asapp.create(request, { signal });
  const unusable = (what: string, ...decision: unknown[]) => {
    if (existed) return ApplicationFailure.nonRetryable(what, failureTypes.transferIdConflict, ...decision);
    const message = `ASAPP answered a transfer that cannot be used: ${what}`;
    return ApplicationFailure.nonRetryable(message, failureTypes.asappResponseInvalid);
  };
  // Whose a transfer is that existed must be known; a new one that does not say so is ours.
  const owner = transfer.externalConversationId ?? (existed ? undefined : conversationId);
  if (owner !== conversationId) throw unusable(`transferId: ${transferId} belongs to another conversation`);
  if (assigned === undefined) {
    const decision = existed ? await findDecision(conversationId, transferId, signal) : null;
    throw unusable(`transferId: ${transferId} is not new, its transfer is ${transfer.status}`, decision);
  }
  return { destination: assigned.destination, expiresAt: expiryOf(existed, assigned) };
}

/**
 * When the number expires, on the clock of Temporal's server. ASAPP's expiry is a lifetime, by two times of ASAPP's, and is
 * counted from before the request was sent, by times of the server: no clock is compared with another.
 *
 * A transfer that existed may be older than this request: what ASAPP said to be left of it counts, too.
 */
function expiryOf(existed: boolean, { lifetimeMs, leftMs }: Assigned): number {
  const { scheduledTimestampMs, currentAttemptScheduledTimestampMs: now } = activityInfo();
  if (!existed) return now + (lifetimeMs ?? leftMs);
  return Math.min(now + leftMs, scheduledTimestampMs + (lifetimeMs ?? Infinity));
}
