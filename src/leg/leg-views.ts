import type { LegView } from '../contract/conversation-view';
import type { LegResult } from '../contract/leg-result';
import type { LegSummary } from '../contract/routing-decision';

import type { LegEnd, LegEvent, LegState } from './leg-state';

const iso = (time: number | null | undefined): string | null =>
  time === null || time === undefined ? null : new Date(time).toISOString();

/** A leg as the query `conversation` shows it. */
export function legView(leg: LegState): LegView {
  return {
    transferId: leg.transferId,
    phase: leg.phase,
    requestedAt: new Date(leg.requestedAt).toISOString(),
    expiresAt: iso(leg.number?.expiresAt),
    dialBy: iso(leg.number?.dialBy),
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
export function legResult(leg: LegState, end: LegEnd): LegResult {
  return {
    ...legSummary(leg, end),
    reason: end.reason,
    endedAt: new Date(end.endedAt).toISOString(),
    currentTaskName: end.context?.currentTaskName ?? null,
    referenceVariables: end.context?.referenceVariables ?? {},
    transferVariables: end.context?.transferVariables ?? {},
  };
}

/** The other way round: what a leg's own workflow answered, as an event of the conversation's. */
export function settledEvent(result: LegResult, now: number): LegEvent {
  const time = (text: string | null) => (text === null ? null : Date.parse(text));
  const { outcome, reason, detectedBy, currentTaskName, referenceVariables, transferVariables } = result;
  return {
    type: 'settled',
    connectedAt: time(result.connectedAt),
    disconnectedAt: time(result.disconnectedAt),
    end: {
      outcome,
      reason,
      detectedBy,
      context: { currentTaskName, referenceVariables, transferVariables },
      endedAt: Date.parse(result.endedAt),
    },
    now,
  };
}
