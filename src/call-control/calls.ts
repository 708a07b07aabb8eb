import { createHmac } from 'node:crypto';

import type { CallTransferClient } from '../client/call-transfer-client';
import { LatestMap } from '../environment/latest-map';

import type { CallersCall } from './phone-system';

/** How conversations are found by the caller's number. */
export interface CallerKey {
  /** The owner's secret, without which nobody can tell whose number an id was made of. */
  secret: string;
  /** How long after a call its caller still goes on with the same conversation, milliseconds. */
  windowMs: number;
}

/** Begins the ids of conversations that are found by the caller's number. */
const BY_NUMBER = 'caller-';

/** So many calls are remembered whose conversation has another id. */
const REMEMBERED = 10_000;

/** The digits of a number in E.164. What else a phone system may say is no one person's: `anonymous`, an extension, a SIP address. */
const ownNumber = (number = ''): string | undefined => /^\+?([1-9]\d{6,14})$/.exec(number)?.[1];

/**
 * Which conversation a call belongs to: its own, the one that its webhook's address named, or, with a key, the one of the
 * caller's number.
 *
 * A call whose conversation is not its own is remembered here, for what its phone system tells of it later without saying
 * which it is: that the caller hung up.
 */
export class Calls {
  private readonly conversations = new LatestMap<string, string>(REMEMBERED);

  constructor(
    private readonly client: Pick<CallTransferClient, 'statusOf'>,
    private readonly key?: CallerKey,
  ) {}

  /** @param named - the conversation that the request's address names, or the call's own */
  async conversationOf({ callId, number }: CallersCall, named: string): Promise<string> {
    const known = this.conversations.get(callId);
    if (known !== undefined && (named === callId || known === callId)) return known;
    const conversationId = named === callId ? await this.byNumber(number, callId) : named;
    if (conversationId !== callId) this.conversations.set(callId, conversationId);
    return conversationId;
  }

  /**
   * The id changes with each window, so that a number is not tied to one conversation for ever. A conversation that is open
   * still, or waits for its customer, goes on over the change.
   */
  private async byNumber(number: string | undefined, callId: string): Promise<string> {
    const digits = ownNumber(number);
    if (this.key === undefined || digits === undefined) return callId;
    const { secret, windowMs } = this.key;
    const window = Math.floor(Date.now() / windowMs);
    const idIn = (ofWindow: number) =>
      `${BY_NUMBER}${createHmac('sha256', secret).update(`${digits}/${ofWindow}`).digest('hex').slice(0, 32)}`;
    const before = idIn(window - 1);
    const status = await this.client.statusOf(before).catch(() => 'UNKNOWN');
    return status === 'OPEN' ? before : idIn(window);
  }

  /**
   * Gives a call a conversation of its own, if somebody else calls from the same number.
   *
   * @returns false if the conversation was not found by a number
   */
  separate(callId: string, conversationId: string): boolean {
    if (!conversationId.startsWith(BY_NUMBER)) return false;
    this.conversations.set(callId, callId);
    return true;
  }
}
