import { log } from '@temporalio/workflow';

import type { Routed } from '../contract/leg-result';
import { decisionFrom, endedLeg } from '../conversation/routing-facts';
import type { EndedLeg } from '../routing/policy';

import { chooseRoute, readSettings } from './activities';
import type { ConversationRun } from './conversation-run';
import { measureDecision } from './metrics';

/** Asks the routing policy what becomes of the customer, once, and records the decision. */
export async function decide(conversation: ConversationRun, transferId: string): Promise<void> {
  const leg = conversation.leg(transferId);
  const settings = settingsAreRead(conversation);
  if (leg.state.end === null || leg.earlierDecision !== null) {
    await settings;
    return;
  }
  const ended = endedLeg(leg.request, leg.state.end);
  const [{ choice, task, searchAttributes }] = await Promise.all([routed(ended, leg.routed), settings]);
  const decision = decisionFrom(ended, choice, conversation.settings);
  const { outcome, reason, fallback } = decision;
  if (fallback && reason !== 'NOT_ADMITTED')
    log.warn('The customer falls back', { transferId, outcome, reason });
  const mayRedial = choice?.redial === true;
  conversation.apply({ type: 'decided', transferId, decision, mayRedial, task, searchAttributes });
  measureDecision(leg, decision, task);
}

/** The policy was asked together with the result, unless the leg ended otherwise in the meantime. */
async function routed(ended: EndedLeg, withResult: Routed | null): Promise<Routed> {
  if (withResult?.outcome === ended.outcome && withResult.reason === ended.reason) return withResult;
  const nothing = { ...ended, choice: null, task: 'none', searchAttributes: false };
  return await chooseRoute(ended).catch(() => nothing);
}

/** If no request to ASAPP brought the settings: it failed, or the caller left before. */
async function settingsAreRead(conversation: ConversationRun): Promise<void> {
  if (conversation.state.settings !== null) return;
  conversation.apply({ type: 'settingsRead', settings: await readSettings() });
}
