import type { LegView } from '../contract/conversation-view';
import type { LegResult } from '../contract/leg-result';
import type { LegSummary } from '../contract/routing-decision';

import { wasHeardUp, type LegEnd, type LegState } from './leg-state';

const iso = (time: number | null | undefined): string | null =>
  time === null || time === undefined ? null : new Date(time).toISOString();

const epochMs = (text: string | null): number | null => (text === null ? null : Date.parse(text));

/** A leg as the query `conversation` shows it. */
export function legView(leg: LegState): Omit<LegView, 'contextDropped'> {
  return {
    transferId: leg.transferId,
    phase: leg.phase,
    requestedAt: new Date(leg.requestedAt).toISOString(),
    expiresAt: iso(leg.assigned?.expiresAt),
    dialBy: iso(leg.assigned?.dialBy),
    connectedAt: iso(leg.connectedAt),
    disconnectedAt: iso(leg.disconnect?.at),
    endedAt: iso(leg.end?.endedAt),
    outcome: leg.end?.outcome ?? null,
    reason: leg.end?.reason ?? null,
    detectedBy: leg.end?.detectedBy ?? null,
    connectedAfterExpiry: leg.connectedAfterExpiry,
  };
}

/** An ended leg as a decision lists it. */
export function legSummary(leg: LegState, end: LegEnd): LegSummary {
  return {
    transferId: leg.transferId,
    outcome: end.outcome,
    requestedAt: new Date(leg.requestedAt).toISOString(),
    connectedAt: iso(leg.connectedAt),
    disconnectedAt: iso(leg.disconnect?.at),
    detectedBy: end.detectedBy,
  };
}

/** What a leg's own workflow answers. */
export function legResult(leg: LegState, end: LegEnd): Omit<LegResult, 'routed'> {
  return {
    ...legSummary(leg, end),
    reason: end.reason,
    endedAt: new Date(end.endedAt).toISOString(),
    connectedAfterExpiry: leg.connectedAfterExpiry,
    currentTaskName: end.context?.currentTaskName ?? null,
    referenceVariables: end.context?.referenceVariables ?? {},
    transferVariables: end.context?.transferVariables ?? {},
  };
}

/** The other way round: the leg, as its conversation knows it, with the end that its own workflow answered. */
export function legWithResult(leg: LegState, result: Omit<LegResult, 'routed'>): LegState {
  const { outcome, reason, detectedBy, connectedAfterExpiry } = result;
  const { currentTaskName, referenceVariables, transferVariables } = result;
  const disconnectedAt = epochMs(result.disconnectedAt);
  const unheard = { by: 'UNKNOWN', cause: 'NORMAL', reportedAt: Date.parse(result.endedAt) } as const;
  return {
    ...leg,
    phase: 'ENDED',
    connectedAt: epochMs(result.connectedAt),
    // Its workflow may have closed before it heard of the connect.
    connectedAfterExpiry: connectedAfterExpiry || (outcome === 'NUMBER_EXPIRED' && wasHeardUp(leg)),
    connectUnverified: false,
    checkWanted: false,
    disconnect: disconnectedAt === null ? null : { ...(leg.disconnect ?? unheard), at: disconnectedAt },
    end: {
      outcome,
      reason,
      detectedBy,
      context: { currentTaskName, referenceVariables, transferVariables },
      endedAt: Date.parse(result.endedAt),
    },
  };
}

/** A leg in words for the Web UI: ids, times, outcomes and reasons, and no number or variable. */
export function describeLeg(leg: LegState): string {
  // An id may hold anything visible; a backquote would end the code.
  const name = `\`${leg.transferId.replaceAll('`', "'")}\``;
  switch (leg.phase) {
    case 'REQUESTING':
      return `**Requesting a number** for ${name}`;
    case 'DIALING':
      return `**Number assigned** to ${name}, nobody connected yet; expires ${timeOfDay(leg.assigned?.expiresAt)}`;
    case 'CONNECTED':
      return `**GenerativeAgent is on the call** ${name} since ${timeOfDay(leg.connectedAt)}`;
    case 'DISCONNECTED':
      return `**Fetching the context** of ${name}, disconnected ${timeOfDay(leg.disconnect?.at)} by ${leg.disconnect?.by ?? 'UNKNOWN'}`;
    case 'ENDED': {
      const reason = leg.end?.reason ? ` (${leg.end.reason})` : '';
      const late = leg.connectedAfterExpiry
        ? '\n\nConnected after its number had expired: drop the leg.'
        : '';
      return `**${leg.end?.outcome ?? ''}**${reason}: ${name} ended ${timeOfDay(leg.end?.endedAt)}, detected by ${leg.end?.detectedBy ?? ''}${late}`;
    }
  }
}

/** `13:39:40`, UTC. */
export const timeOfDay = (instant: number | null | undefined) => iso(instant)?.slice(11, 19) ?? '';
