import type { LegState } from './leg-state';

/** A leg in words for the Web UI: ids, times, outcomes and reasons, and no number or variable. */
export function describeLeg(leg: LegState): string {
  const name = `\`${leg.transferId}\``;
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
export const timeOfDay = (instant: number | null | undefined) =>
  instant === null || instant === undefined ? '' : new Date(instant).toISOString().slice(11, 19);
