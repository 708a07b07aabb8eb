import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';

import { outcomeAttribute, phaseAttribute, reasonAttribute } from '../contract/search-attributes';
import { newestDecision } from '../conversation/answers';
import {
  isUndecided,
  newestLeg,
  type ConversationState,
  type LegRecord,
} from '../conversation/conversation-state';
import { describeLeg, timeOfDay } from '../leg/leg-views';

/**
 * Keeps the Web UI up to date: where a call is and why it ended. Many may read it, so it holds ids, times, outcomes and
 * reasons, and no number or variable.
 */
export class WebUi {
  private attributes = '';

  show(state: ConversationState): void {
    const record = newestLeg(state);
    if (record === undefined) return;
    const { reconnectUntil } = state;
    const waiting =
      reconnectUntil === null ? '' : `\n\nOpen for a reconnection until ${timeOfDay(reconnectUntil)}.`;
    const { legNumber } = record.request;
    const number = legNumber > 1 ? `Leg ${legNumber}: ` : '';
    setCurrentDetails(`${number}${describeLeg(record.state)}${waiting}`);
    this.list(state, record);
  }

  /** For lists of calls. Each change is an event in the history, so only what lasts is worth one. */
  private list(state: ConversationState, record: LegRecord): void {
    const isDecided = !isUndecided(record);
    const phase = isDecided ? 'ENDED' : record.state.phase;
    const lasts = phase === 'DIALING' || phase === 'CONNECTED' || isDecided;
    if (state.settings?.searchAttributes !== true || !lasts) return;
    const decision = newestDecision(state);
    const pairs = [
      { key: phaseAttribute, value: phase },
      ...(decision === null ? [] : [{ key: outcomeAttribute, value: decision.outcome }]),
      ...(decision?.reason == null ? [] : [{ key: reasonAttribute, value: decision.reason }]),
    ];
    const attributes = JSON.stringify(pairs.map(({ value }) => value));
    if (attributes === this.attributes) return;
    this.attributes = attributes;
    upsertSearchAttributes(pairs);
  }
}
