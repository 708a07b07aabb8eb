import { createHash } from 'node:crypto';

import type {
  ActionAnswerParams,
  ActionEnqueueParams,
  ActionHangupParams,
  ActionTransferParams,
} from 'telnyx/resources/calls/actions';

/** A command of Call Control for one leg. Each names its `command_id`, so that Telnyx carries a repetition out once. */
export type TelnyxCommand =
  | Command<'answer', ActionAnswerParams>
  | Command<'transfer', ActionTransferParams>
  | Command<'enqueue', ActionEnqueueParams>
  | Command<'hangup', ActionHangupParams>;

interface Command<Action extends string, Params> {
  action: Action;
  callControlId: string;
  params: Params & { command_id: string };
}

/**
 * What a command is for. All ways to route a caller are one: when a webhook comes twice and is answered
 * differently, the first answer stays.
 */
type Purpose = 'answer' | 'dial' | 'route';

/** The same id for the same purpose of the same leg, in the form of a UUID. */
export function commandId(conversationId: string, transferId: string, purpose: Purpose): string {
  const hex = createHash('sha256').update(`${conversationId}/${transferId}/${purpose}`).digest('hex');
  // Version 8, for UUIDs of one's own making.
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
