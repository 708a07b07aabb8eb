import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';

import type { ConversationSettings } from '../contract/default-settings';
import { outcomeAttribute, phaseAttribute, reasonAttribute } from '../contract/search-attributes';
import type { LegEnd, LegState } from '../leg/leg-state';

import type { Conversation } from './conversation';
import type { Leg } from './leg';

/**
 * Keeps the Web UI up to date: where a call is and why it ended. Many may read it, so it holds ids, times,
 * outcomes and reasons, and no number or variable.
 */
export class Presentation {
  private attributes = '';

  conversation({ settings, current, reconnectUntil, decision }: Conversation): void {
    const { legNumber } = current.leg.request;
    const waiting =
      reconnectUntil === null ? '' : `\n\nOpen for a reconnection until ${time(reconnectUntil)}.`;
    const number = legNumber > 1 ? `Leg ${legNumber}: ` : '';
    setCurrentDetails(`${number}${describeLeg(current.leg.state)}${waiting}`);
    const phase = current.decision === null ? current.leg.state.phase : 'ENDED';
    if (phase !== 'ENDED' || current.decision !== null) this.upsert(settings, phase, decision);
  }

  leg({ state }: Leg, settings: ConversationSettings): void {
    setCurrentDetails(describeLeg(state));
    this.upsert(settings, state.phase, state.end);
  }

  /** Each change is an event in the history, so only what lasts is worth one. */
  private upsert(
    { searchAttributes }: ConversationSettings,
    phase: LegState['phase'],
    end: Pick<LegEnd, 'outcome' | 'reason'> | null,
  ): void {
    if (!searchAttributes || phase === 'REQUESTING' || phase === 'DISCONNECTED') return;
    const pairs = [
      { key: phaseAttribute, value: phase },
      ...(end === null ? [] : [{ key: outcomeAttribute, value: end.outcome }]),
      ...(end === null || end.reason === null ? [] : [{ key: reasonAttribute, value: end.reason }]),
    ];
    const attributes = JSON.stringify(pairs.map(({ value }) => value));
    if (attributes === this.attributes) return;
    this.attributes = attributes;
    upsertSearchAttributes(pairs);
  }
}

function describeLeg({
  transferId,
  phase,
  number,
  connectedAt,
  disconnect,
  end,
  connectedAfterExpiry,
}: LegState): string {
  const name = `\`${transferId}\``;
  switch (phase) {
    case 'REQUESTING':
      return `**Requesting a number** for ${name}`;
    case 'DIALING':
      return `**Number assigned** to ${name}, nobody connected yet; expires ${time(number?.expiresAt)}`;
    case 'CONNECTED':
      return `**GenerativeAgent is on the call** ${name} since ${time(connectedAt)}`;
    case 'DISCONNECTED':
      return `**Fetching the result** of ${name}, disconnected ${time(disconnect?.at)} by ${disconnect?.by ?? 'UNKNOWN'}`;
    case 'ENDED': {
      const reason = end?.reason ? ` (${end.reason})` : '';
      const late = connectedAfterExpiry ? '\n\nConnected after its number had expired: drop the leg.' : '';
      return `**${end?.outcome ?? ''}**${reason}: ${name} ended ${time(end?.endedAt)}, detected by ${end?.detectedBy ?? ''}${late}`;
    }
  }
}

const time = (instant: number | null | undefined) =>
  instant === null || instant === undefined ? '' : new Date(instant).toISOString().slice(11, 19);
