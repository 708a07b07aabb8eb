import { readCause, type DisconnectCause } from '../../../contract/disconnect-cause';
import type { HangupParty } from '../../../contract/telephony-events';

import type { DialEnded } from './read';

/** Whether a caller's own leg, of which jambonz sends this `call_status`, is over. */
export const isOver = (callStatus: string | undefined): boolean => statusesOfTheEnd.includes(callStatus);

const statusesOfTheEnd: readonly (string | undefined)[] = ['completed', 'failed', 'busy', 'no-answer'];

/** What the last `dial_call_status` says if the dialled leg was never connected with the caller. */
const causeOfStatus = new Map<string | undefined, DisconnectCause>([
  ['busy', 'BUSY'],
  ['no-answer', 'NO_ANSWER'],
  // When the time to ring is up, jambonz may ask what comes next before the dialled leg has said that it is over.
  ['trying', 'NO_ANSWER'],
  ['ringing', 'NO_ANSWER'],
  ['early-media', 'NO_ANSWER'],
]);

/**
 * Who ended the dialled leg, and why, by what jambonz says when it is over. While the caller is on the line it was
 * GenerativeAgent's side, whatever the reason: nobody may take a caller who waits for one who has gone.
 */
export function whoAndWhy(ended: DialEnded): { by: HangupParty; cause: DisconnectCause } {
  const { call_status, dial_call_status, dial_sip_status } = ended;
  // `in-progress`: answered, and gone before the caller was connected; `completed` with 487: and cancelled meanwhile.
  const wasAnswered = dial_call_status === 'completed' || dial_call_status === 'in-progress';
  if (isOver(call_status)) return { by: 'CUSTOMER', cause: wasAnswered ? 'NORMAL' : 'CANCELLED' };
  if (dial_call_status === 'completed' && dial_sip_status !== 487)
    return { by: 'GENERATIVE_AGENT', cause: 'NORMAL' };
  return { by: 'GENERATIVE_AGENT', cause: wasAnswered ? 'FAILED' : whyNotAnswered(ended) };
}

function whyNotAnswered({
  dial_call_status,
  dial_sip_status,
  sip_reason_header,
}: DialEnded): DisconnectCause {
  const known = causeOfStatus.get(dial_call_status);
  if (known !== undefined) return known;
  if (dial_call_status !== 'failed') return 'FAILED';
  const said = [sip_reason_header && q850Cause(sip_reason_header), dial_sip_status].map(readCause);
  // A leg that was never answered cannot have ended normally.
  const cause = said.find((each) => each !== undefined && each !== 'NORMAL') ?? 'FAILED';
  // The caller is still there, so that it was the limit on ringing.
  return cause === 'CANCELLED' ? 'NO_ANSWER' : cause;
}

/** Characters of a Reason header that are read. */
const LONGEST_REASON = 4096;

/**
 * The Q.850 cause in a Reason header, which may hold several reasons, separated by commas, and text in quotes
 * with commas of its own.
 */
export function q850Cause(header: string): number | undefined {
  // Each character is read once, also after a quote that nobody closes.
  const withoutText = header
    .slice(0, LONGEST_REASON)
    .replace(/"(?:[^"\\]|\\.)*("|\\?$)/gs, (text, end) => (end === '"' ? '""' : text));
  for (const reason of withoutText.split(',')) {
    if (!/^\s*Q\.850\s*;/i.test(reason)) continue;
    const cause = /;\s*cause\s*=\s*(\d{1,3})\s*(?:;|$)/i.exec(reason)?.[1];
    if (cause !== undefined) return Number(cause);
  }
  return undefined;
}
