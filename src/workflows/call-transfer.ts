import type { RoutingDecision } from '../contract/routing-decision';
import type { CallTransferInput } from '../contract/transfer-request';
import { newestDecision } from '../conversation/answers';
import type { ConversationState } from '../conversation/conversation-state';

import { begin, openConversation } from './beginning';
import { nextLeg } from './closing';
import { decide } from './decide';
import { runLaterLeg } from './later-leg';
import { runLeg } from './run-leg';

/**
 * A customer's conversation with GenerativeAgent, from the request of a number to the routing decision.
 *
 * The first leg runs here, every later one in a child workflow; both run the same function. Call control talks to it with
 * the messages of the contract, and each request and report is answered within its hard limit.
 *
 * @param input - what starts the conversation
 * @param carried - the conversation, only if a run continues as new
 * @returns the decision on the last leg
 * @throws ApplicationFailure of type `InvalidInput` that names the field
 */
export async function callTransferWorkflow(
  input: CallTransferInput,
  carried?: ConversationState,
): Promise<RoutingDecision> {
  const { conversation, shielded } = await openConversation(input, carried);
  return await shielded.run(async () => {
    await begin(conversation);
    let leg = await nextLeg(conversation);
    while (leg !== undefined) {
      // Request a number, wait for the disconnect, fetch the context: `run-leg.ts`.
      if (leg.request.legNumber === 1) await runLeg(conversation.running(leg.request.transferId));
      else await runLaterLeg(conversation, leg.request);
      await decide(conversation, leg.request.transferId);
      leg = await nextLeg(conversation);
    }
    const decision = newestDecision(conversation.state);
    if (decision === null) throw new Error('The conversation came to its end without a decision');
    return decision;
  });
}
