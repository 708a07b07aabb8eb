/** What of a conversation many may read, in the Web UI and in lists of calls: no number and no variable is in it. */
import { outcomeAttribute, phaseAttribute, reasonAttribute } from '../contract/search-attributes';
import { describeLeg, timeOfDay } from '../leg/leg-views';

import { newestDecision } from './answers';
import { isUndecided, newestLeg, type ConversationState } from './conversation-state';

/** Where a call is and why it ended, in words. Empty before its first leg. */
export function detailsOf(state: ConversationState): string {
  const record = newestLeg(state);
  if (record === undefined) return '';
  const { reconnectUntil } = state;
  const waiting =
    reconnectUntil === null ? '' : `\n\nOpen for a reconnection until ${timeOfDay(reconnectUntil)}.`;
  const { legNumber } = record.request;
  return `${legNumber > 1 ? `Leg ${legNumber}: ` : ''}${describeLeg(record.state)}${waiting}`;
}

/**
 * The search attributes of a conversation, none if there is no change worth an event in the history: the first leg is
 * connected, or the newest leg is decided.
 *
 * A workflow task that writes an attribute which the server does not have is refused, and repeated for ever. So one is
 * written only soon after a number or a result brought what the server has, which a later leg's answer does not.
 */
export function attributesOf(state: ConversationState) {
  const record = newestLeg(state);
  if (record === undefined || state.settings?.searchAttributes !== true) return [];
  const isDecided = !isUndecided(record);
  const isConnected = record.state.phase === 'CONNECTED' && record.request.legNumber === 1;
  if (!isDecided && !isConnected) return [];
  const decision = newestDecision(state);
  return [
    { key: phaseAttribute, value: isDecided ? 'ENDED' : 'CONNECTED' },
    ...(decision === null ? [] : [{ key: outcomeAttribute, value: decision.outcome }]),
    ...(decision?.reason == null ? [] : [{ key: reasonAttribute, value: decision.reason }]),
  ];
}
