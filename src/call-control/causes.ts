import type { DisconnectCause } from '../contract/telephony-events';

const causes = new Map<number, DisconnectCause>([
  [486, 'BUSY'],
  [600, 'BUSY'],
  [408, 'NO_ANSWER'],
  [480, 'NO_ANSWER'],
  [403, 'REJECTED'],
  [603, 'REJECTED'],
]);

/** Why a leg never came about, by the SIP status that ended it. 487 says who gave up, which each phone system tells in its own way. */
export const causeOfSip = (status: number): DisconnectCause | undefined => causes.get(status);
