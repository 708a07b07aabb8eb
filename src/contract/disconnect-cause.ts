/**
 * Why a leg was disconnected, in words common to all phone systems (compare Q.850, and RFC 3398 for SIP).
 *
 * | cause | Q.850 | SIP |
 * |---|---|---|
 * | `NORMAL` | 16, 31 | BYE, 2xx |
 * | `BUSY` | 17 | 486, 600 |
 * | `NO_ANSWER` | 18, 19, 20 | 408, 480 |
 * | `REJECTED` | 21 | 403, 603, 607, 608 |
 * | `CANCELLED` | | CANCEL, 487 |
 * | `FAILED` | every other | every other from 300 on |
 *
 * The set is open: a word that nobody knows counts as `NORMAL`, so a phone system may pass its own on.
 */
export const disconnectCauses = ['NORMAL', 'BUSY', 'NO_ANSWER', 'REJECTED', 'FAILED', 'CANCELLED'] as const;
export type DisconnectCause = (typeof disconnectCauses)[number] | (string & {});

const numbers: Readonly<Record<string, readonly number[]>> = {
  NORMAL: [16, 31],
  BUSY: [17, 486, 600],
  NO_ANSWER: [18, 19, 20, 408, 480],
  REJECTED: [21, 403, 603, 607, 608],
  CANCELLED: [487],
};
const byNumber = new Map(
  Object.entries(numbers).flatMap(([cause, all]) => all.map((each) => [each, cause] as const)),
);

/** Words of phone systems, letters alone and in lower case: Q.850's, as FreeSWITCH and Telnyx write them, and others'. */
const words: Readonly<Record<string, string>> = {
  NORMAL: 'normal normalclearing normalunspecified completed answered',
  BUSY: 'busy userbusy busyhere busyeverywhere',
  NO_ANSWER:
    'noanswer nouserresponse subscriberabsent timeout ringtimeout requesttimeout temporarilyunavailable useroffline',
  REJECTED: 'rejected callrejected declined decline forbidden',
  CANCELLED: 'cancelled canceled cancel originatorcancel requestterminated',
  FAILED:
    'failed unallocatednumber notfound noroutedestination noroutetransitnet invalidnumberformat numberchanged gone ' +
    'destinationoutoforder networkoutoforder normaltemporaryfailure normalcircuitcongestion switchcongestion ' +
    'requestedchanunavail recoveryontimerexpire incompatibledestination serviceunavailable servicenotimplemented ' +
    'facilityrejected exchangeroutingerror bearercapabilitynotavail mandatoryiemissing interworking notacceptable',
};
const byWord = new Map(
  Object.entries(words).flatMap(([cause, all]) => all.split(' ').map((each) => [each, cause] as const)),
);

/**
 * The cause that a phone system's word or number means.
 *
 * @param said - a word in any case and spelling (`NOANSWER`, `no-answer`, `USER_BUSY`), or a number, also as text: Q.850
 *   below 128, an SIP status from 200 on
 * @returns `undefined` for a word that nobody knows
 */
export function readCause(said: string | number | null | undefined): DisconnectCause | undefined {
  const text = String(said ?? '').trim();
  if (!/^\d+$/.test(text)) return byWord.get(text.toLowerCase().replace(/[^a-z]/g, ''));
  const number = Number(text);
  if (number >= 200 && number < 300) return 'NORMAL';
  const isCause = (number > 0 && number < 128) || (number >= 300 && number < 700);
  return byNumber.get(number) ?? (isCause ? 'FAILED' : undefined);
}
