import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';

import type { LegPhase } from '../contract/conversation-view';
import { outcomeAttribute, phaseAttribute, reasonAttribute } from '../contract/search-attributes';
import { newestDecision } from '../conversation/answers';
import { newestLeg, type ConversationState } from '../conversation/conversation-state';
import type { LegState } from '../leg/leg-state';

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
      reconnectUntil === null ? '' : `\n\nOpen for a reconnection until ${time(reconnectUntil)}.`;
    const { legNumber } = record.request;
    const number = legNumber > 1 ? `Leg ${legNumber}: ` : '';
    setCurrentDetails(`${number}${describeLeg(record.state)}${waiting}`);
    const isDecided = record.decision !== null || record.earlierDecision !== null;
    this.list(state, isDecided ? 'ENDED' : record.state.phase, isDecided);
  }

  /** For lists of calls. Each change is an event in the history, so only what lasts is worth one. */
  private list(state: ConversationState, phase: LegPhase, isDecided: boolean): void {
    const lasts = phase === 'DIALING' || phase === 'CONNECTED' || isDecided;
    if (state.settings?.searchAttributes !== true || !lasts) return;
    const decision = newestDecision(state);
    const reason = decision?.reason ?? null;
    const pairs = [
      { key: phaseAttribute, value: phase },
      ...(decision === null ? [] : [{ key: outcomeAttribute, value: decision.outcome }]),
      ...(reason === null ? [] : [{ key: reasonAttribute, value: reason }]),
    ];
    const attributes = JSON.stringify(pairs.map(({ value }) => value));
    if (attributes === this.attributes) return;
    this.attributes = attributes;
    upsertSearchAttributes(pairs);
  }
}

export function describeLeg(leg: LegState): string {
  const name = `\`${leg.transferId}\``;
  switch (leg.phase) {
    case 'REQUESTING':
      return `**Requesting a number** for ${name}`;
    case 'DIALING':
      return `**Number assigned** to ${name}, nobody connected yet; expires ${time(leg.assigned?.expiresAt)}`;
    case 'CONNECTED':
      return `**GenerativeAgent is on the call** ${name} since ${time(leg.connectedAt)}`;
    case 'DISCONNECTED':
      return `**Fetching the context** of ${name}, disconnected ${time(leg.disconnect?.at)} by ${leg.disconnect?.by ?? 'UNKNOWN'}`;
    case 'ENDED': {
      const reason = leg.end?.reason ? ` (${leg.end.reason})` : '';
      const late = leg.connectedAfterExpiry
        ? '\n\nConnected after its number had expired: drop the leg.'
        : '';
      return `**${leg.end?.outcome ?? ''}**${reason}: ${name} ended ${time(leg.end?.endedAt)}, detected by ${leg.end?.detectedBy ?? ''}${late}`;
    }
  }
}

const time = (instant: number | null | undefined) =>
  instant === null || instant === undefined ? '' : new Date(instant).toISOString().slice(11, 19);
