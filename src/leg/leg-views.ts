import type { LegView } from '../contract/conversation-view';
import type { LegResult } from '../contract/leg-result';
import type { LegSummary } from '../contract/routing-decision';

import { wasHeardUp, type LegEnd, type LegState } from './leg-state';

const iso = (time: number | null | undefined): string | null =>
  time == null ? null : new Date(time).toISOString();

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
  const { assigned, connectedAt, disconnect, end } = leg;
  if (end !== null) {
    const reason = end.reason === null ? '' : ` (${end.reason})`;
    const late = leg.connectedAfterExpiry ? '\n\nConnected after its number had expired: drop the leg.' : '';
    return `**${end.outcome}**${reason}: ${name} ended ${timeOfDay(end.endedAt)}, detected by ${end.detectedBy}${late}`;
  }
  if (disconnect !== null)
    return `**Fetching the context** of ${name}, disconnected ${timeOfDay(disconnect.at)} by ${disconnect.by}`;
  if (connectedAt !== null)
    return `**GenerativeAgent is on the call** ${name} since ${timeOfDay(connectedAt)}`;
  return assigned === null
    ? `**Requesting a number** for ${name}`
    : `**Number assigned** to ${name}, nobody connected yet; expires ${timeOfDay(assigned.expiresAt)}`;
}

/** `13:39:40`, UTC. */
export const timeOfDay = (instant: number): string => new Date(instant).toISOString().slice(11, 19);
