/** Whoever transfers calls, to be measured by the same round trips. */

export interface CallIds {
  conversationId: string;
  transferId: string;
}

export interface Contestant {
  name: string;
  /** Asks for a number. Resolves with the answer, or with `null` where the asker gave up waiting for it. */
  request: (ids: CallIds) => Promise<unknown>;
  /** Tells that GenerativeAgent is on the call. */
  connect: (ids: CallIds) => Promise<unknown>;
  /** Tells of the hangup. Resolves with the decision, or with `null` where the asker gave up waiting for it. */
  disconnect: (ids: CallIds, by: 'GENERATIVE_AGENT' | 'CUSTOMER') => Promise<unknown>;
  /** Resolves when the call is over for the contestant, too. */
  over: (ids: CallIds) => Promise<unknown>;
  /** Its process, for its memory. */
  pid: number | undefined;
}
