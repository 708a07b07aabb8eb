import { failureTypes, refusalType } from '../contract/failures';
import type { NextStep } from '../contract/next-step';

import { askTemporal } from './ask-temporal';
import { findEndedRun } from './ended-runs';
import { ConversationNotFoundError } from './errors';
import type { Served } from './task-queue';

/** What a step is asked for. */
interface Asked {
  conversationId: string;
  transferId: string | undefined;
  /** Epoch milliseconds. */
  deadline: number;
}

/**
 * The next step about a leg. If the conversation has ended, or a later run of it does not know the leg, it is what the run that had
 * the leg answered under the same update id, or else what it decided.
 *
 * @param send - asks the conversation's last run, or the one named
 * @throws ApplicationFailure if the workflow refused, see `refusalType`
 * @throws ConversationNotFoundError
 * @throws NoAnswerError
 */
export async function stepAbout(
  served: Served,
  { conversationId, transferId, deadline }: Asked,
  send: (runId?: string) => Promise<NextStep>,
): Promise<NextStep> {
  const ask = <T>(what: () => Promise<T>) => askTemporal(served, what, deadline);
  let unknown: unknown = new ConversationNotFoundError(conversationId);
  try {
    const step = await ask(() => send());
    if (step !== undefined) return step;
  } catch (error) {
    if (refusalType(error) !== failureTypes.unknownLeg) throw error;
    unknown = error;
  }
  const run = await ask(() => findEndedRun(served.temporal, conversationId, transferId));
  if (run === undefined) throw unknown;
  const told = await ask(() => send(run.runId));
  // What was to be dialled then is nothing to dial now.
  return told?.action === 'ROUTE' ? told : { action: 'ROUTE', decision: run.decision };
}
