import { checked, jsonIn } from '../../checked';
import type { LegEvent } from '../../leg-events';
import type { PhoneSystemSettings, Reading, WebhookRequest } from '../../phone-system';
import { requestInQuery } from '../../request-in-query';

import { decodeClientState, type ClientState } from './client-state';
import { eventSchema, hangupSchema, incomingSchema, initiatedSchema, legSchema } from './payloads';
import { whoAndWhy } from './who-and-why';

/** The call that a command is for. */
interface CallIds {
  /** `call_control_id` of the caller's leg. */
  callControlId: string;
  conversationId: string;
  transferId: string;
}

/** What must be known of a call to answer: it comes in and is to be answered, it is steered by steps, or it is left alone. */
export type TelnyxCall =
  ({ state: 'RINGING' } & CallIds) | ({ state: 'STEERED' } & CallIds) | { state: 'LEFT_ALONE' };

const nothing: Reading<TelnyxCall> = { awaitsStep: false, call: { state: 'LEFT_ALONE' } };

/**
 * What a webhook says. Whose leg it is about is in the leg's `client_state`; a leg without the gateway's own is
 * another application's call, and left alone.
 *
 * @throws WebhookError naming the field that does not fit
 */
export function read(
  { query, body }: WebhookRequest,
  { country }: Pick<PhoneSystemSettings, 'country'>,
): Reading<TelnyxCall> {
  const event = jsonIn(body);
  switch (checked(eventSchema, event, 'body').data.event_type) {
    case 'call.initiated':
      return initiated(event, query, country);
    case 'call.answered':
      return answered(event, query, country);
    case 'call.bridged':
      return bridged(event);
    case 'call.hangup':
      return hungUp(event);
    default:
      return nothing;
  }
}

/** A caller's leg is answered, and only then asks for GenerativeAgent: a call that was not answered cannot be transferred. */
function initiated(event: unknown, query: URLSearchParams, country: string): Reading<TelnyxCall> {
  if (checked(initiatedSchema, event, 'body').data.payload.direction !== 'incoming') return nothing;
  const { payload } = checked(incomingSchema, event, 'body').data;
  const asked = requestInQuery(query, {
    conversationId: payload.call_session_id,
    transferId: payload.call_leg_id,
    country,
  });
  return {
    awaitsStep: false,
    call: {
      state: 'RINGING',
      callControlId: payload.call_control_id,
      conversationId: asked.data.conversationId,
      transferId: asked.data.transferId ?? payload.call_leg_id,
    },
  };
}

function answered(event: unknown, query: URLSearchParams, country: string): Reading<TelnyxCall> {
  const { occurred_at, payload } = checked(legSchema, event, 'body').data;
  const state = decodeClientState(payload.client_state);
  if (state?.role === 'generativeAgent') return connected(state, occurred_at);
  if (state?.role !== 'customer') return nothing;
  const ids = { conversationId: state.conversationId, transferId: state.transferId };
  const asked = requestInQuery(query, { ...ids, country });
  return {
    // The ids are those that the leg was answered with, whatever the address says by now.
    event: { ...asked, data: { ...asked.data, ...ids } },
    awaitsStep: true,
    call: { state: 'STEERED', callControlId: payload.call_control_id, ...ids },
  };
}

/** Comes for both legs: for the caller's, too, it can only be GenerativeAgent that it is bridged with. */
function bridged(event: unknown): Reading<TelnyxCall> {
  const { occurred_at, payload } = checked(legSchema, event, 'body').data;
  const state = decodeClientState(payload.client_state);
  return state === undefined || state.role === 'routed' ? nothing : connected(state, occurred_at);
}

const connected = (
  { conversationId, transferId }: ClientState,
  at: string | undefined,
): Reading<TelnyxCall> => ({
  ...nothing,
  event: { type: 'leg.connected', data: { conversationId, transferId, at } },
});

function hungUp(event: unknown): Reading<TelnyxCall> {
  const { occurred_at: at, payload } = checked(hangupSchema, event, 'body').data;
  const state = decodeClientState(payload.client_state);
  if (state === undefined || state.role === 'routed') return nothing;
  const { conversationId, transferId } = state;
  const disconnected = (who: ReturnType<typeof whoAndWhy>): LegEvent => ({
    type: 'leg.disconnected',
    data: { conversationId, transferId, ...who, at },
  });
  if (state.role === 'customer') {
    // Nobody is left to be steered.
    return { ...nothing, event: disconnected({ by: 'CUSTOMER', cause: 'NORMAL' }) };
  }
  return {
    event: disconnected(whoAndWhy(payload)),
    awaitsStep: true,
    call: { state: 'STEERED', callControlId: state.customer, conversationId, transferId },
  };
}
