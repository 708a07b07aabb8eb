import { z } from 'zod';

import type { DisconnectCause } from '../../../contract/disconnect-cause';
import { conversationIdSchema, instantSchema, optional } from '../../../contract/fields';
import type { DefaultTransport, PhoneSystemSettings, Reading, WebhookRequest } from '../../phone-system';
import { checked, jsonIn, requestInQuery, wordSchema } from '../../read-webhook';
import type { Dialled } from '../../routes';

import { decodeClientState, type ClientState } from './client-state';
import { whoAndWhy } from './who-and-why';

/**
 * Any webhook of a Call Control application. Of an event that the gateway does not use nothing more is asked: a
 * kind that Telnyx adds later must not cost a caller the call.
 */
const eventSchema = z.looseObject({ data: z.looseObject({ event_type: wordSchema }) });

/** A webhook about one kind of payload. */
const eventOf = <P extends z.ZodType>(payload: P) =>
  z.looseObject({
    data: z.looseObject({
      event_type: wordSchema,
      /** When it happened. Webhooks come out of order. */
      occurred_at: optional(instantSchema).catch(undefined),
      payload,
    }),
  });

/** `call.initiated` of any leg: `incoming` or `outgoing`. */
const initiatedSchema = eventOf(z.looseObject({}));

const legPayloadSchema = z.looseObject({
  /** Of the leg that the webhook is about. */
  call_control_id: wordSchema,
  /** As it was given with the last command that named one. */
  client_state: optional(z.string()).catch(undefined).transform(decodeClientState),
});

/** `call.answered` and `call.bridged`. */
const legSchema = eventOf(legPayloadSchema);

/** `call.initiated` of a caller's leg. The session, which all legs of a call have in common, becomes the conversation. */
const incomingSchema = eventOf(
  legPayloadSchema.extend({
    call_session_id: conversationIdSchema,
    from: optional(z.string()).catch(undefined),
  }),
);

const hangupPayloadSchema = legPayloadSchema.extend({
  /** Such as `normal_clearing`, `user_busy`, `timeout`. */
  hangup_cause: optional(z.string()).catch(undefined),
  /** `caller`, `callee` or `unknown`, as this leg sees it. */
  hangup_source: optional(z.string()).catch(undefined),
  /** A SIP status, or `unspecified`. */
  sip_hangup_cause: optional(z.coerce.string()).catch(undefined),
});
export type Hangup = z.output<typeof hangupPayloadSchema>;

/** `call.hangup`. What it says of the why is never refused: a word that Telnyx adds later counts as unknown. */
const hangupSchema = eventOf(hangupPayloadSchema);

/** For the gateway's description. */
const exampleOf = (event_type: string, more: object) => ({
  data: {
    event_type,
    occurred_at: '2026-11-24T10:00:00.521992Z',
    payload: {
      call_control_id: 'v3:MdI91X4lWFEs7IgbBEOT9M4AigoY08M0WWZFISt1Yw2axZ_IiE4pqg',
      call_session_id: '428c31b6-abf3-3bc1-b7f4-5013ef9657c1',
      from: '+12025550123',
      to: '+18005551212',
      ...more,
    },
  },
});

/** Every webhook that comes to the one address, as the gateway describes itself. */
export const webhookSchema = z.union([incomingSchema, legSchema, hangupSchema, eventSchema]).meta({
  examples: [
    exampleOf('call.initiated', { direction: 'incoming' }),
    exampleOf('call.hangup', { hangup_cause: 'normal_clearing', hangup_source: 'caller' }),
  ],
});

/** The call that a command is for. */
export interface CallIds {
  /** `call_control_id` of the caller's leg. */
  callControlId: string;
  /** `call_session_id`, which all legs of the call have in common. */
  callId: string;
  conversationId: string;
  transferId: string;
  /** Who was dialled for the decision's route, and did not answer. */
  unanswered?: Dialled;
  /** Whether the webhook asks for a leg: it may come once more when the number was dialled long since. */
  asksForLeg?: boolean;
}

/** What must be known of a call to answer: it comes in and is to be answered, it is steered by steps, or it is left alone. */
export type TelnyxCall = ({ state: 'RINGING' | 'STEERED' } & CallIds) | { state: 'LEFT_ALONE' };

const nothing: Reading<TelnyxCall> = { awaitsStep: false, call: { state: 'LEFT_ALONE' } };

/**
 * What a webhook says. Whose leg it is about is in the leg's `client_state`; a leg without the gateway's own is
 * another application's call, and left alone.
 *
 * @throws WebhookError naming the field that does not fit
 */
export function read(
  { query, body }: WebhookRequest,
  { transport }: PhoneSystemSettings,
): Reading<TelnyxCall> {
  const event = jsonIn(body);
  switch (inBody(eventSchema, event).data.event_type) {
    case 'call.initiated':
      return initiated(event, query, transport);
    case 'call.answered':
      return answered(event, query, transport);
    case 'call.bridged':
      return bridged(event);
    case 'call.hangup':
      return hungUp(event);
    default:
      return nothing;
  }
}

const inBody = <T extends z.ZodType>(schema: T, event: unknown) => checked(schema, event, 'body');

/** A caller's leg is answered, and only then asks for GenerativeAgent: a call that was not answered cannot be transferred. */
function initiated(event: unknown, query: URLSearchParams, transport: DefaultTransport): Reading<TelnyxCall> {
  if (inBody(initiatedSchema, event).data.payload['direction'] !== 'incoming') return nothing;
  const { payload } = inBody(incomingSchema, event).data;
  const { call_session_id: callId, call_control_id: callControlId, from: number } = payload;
  const defaults = { conversationId: callId, transferId: `${callId}.1`, transport };
  const { event: asked, ignored } = requestInQuery(query, defaults);
  const { conversationId, transferId } = asked.data;
  return {
    ignored,
    awaitsStep: false,
    caller: { callId, number },
    call: { state: 'RINGING', callControlId, callId, conversationId, transferId },
  };
}

function answered(event: unknown, query: URLSearchParams, transport: DefaultTransport): Reading<TelnyxCall> {
  const { occurred_at, payload } = inBody(legSchema, event).data;
  const state = payload.client_state;
  if (state?.role === 'generativeAgent') return connected(state, occurred_at);
  if (state?.role !== 'customer') return nothing;
  const { conversationId, transferId, callId = conversationId } = state;
  const ids = { conversationId, transferId };
  const { event: asked, ignored } = requestInQuery(query, { ...ids, transport });
  return {
    // The ids are those that the leg was answered with, whatever the address says by now.
    event: { ...asked, data: { ...asked.data, ...ids } },
    ignored,
    awaitsStep: true,
    caller: { callId },
    call: { state: 'STEERED', callControlId: payload.call_control_id, callId, ...ids, asksForLeg: true },
  };
}

/** Comes for both legs: for the caller's, too, it can only be GenerativeAgent that it is bridged with. */
function bridged(event: unknown): Reading<TelnyxCall> {
  const { occurred_at, payload } = inBody(legSchema, event).data;
  const state = payload.client_state;
  const isLeg = state?.role === 'customer' || state?.role === 'generativeAgent';
  return isLeg ? connected(state, occurred_at) : nothing;
}

const connected = (
  { conversationId, transferId }: ClientState,
  at: string | undefined,
): Reading<TelnyxCall> => ({
  ...nothing,
  event: { type: 'leg.connected', data: { conversationId, transferId, at } },
});

function hungUp(event: unknown): Reading<TelnyxCall> {
  const { occurred_at: at, payload } = inBody(hangupSchema, event).data;
  const state = payload.client_state;
  if (state === undefined || state.role === 'routed') return nothing;
  const ids = { conversationId: state.conversationId, transferId: state.transferId };
  if (state.role === 'desk') return deskHungUp(state, whoAndWhy(payload).cause);
  if (state.role === 'generativeAgent') {
    return {
      event: { type: 'leg.disconnected', data: { ...ids, ...whoAndWhy(payload), at } },
      awaitsStep: true,
      call: {
        state: 'STEERED',
        callControlId: state.customer,
        callId: state.callId ?? ids.conversationId,
        ...ids,
      },
    };
  }
  // Nobody is left to be steered.
  const { conversationId, callId = conversationId } = state;
  const data = { conversationId, callId, cause: 'NORMAL', at } as const;
  return { ...nothing, caller: { callId }, event: { type: 'caller.left', data } };
}

/** Telnyx hangs the caller up together with a desk that answered, and leaves a caller for whom nobody did in silence. */
function deskHungUp(
  { callId, conversationId, transferId, customer, dialled }: Extract<ClientState, { role: 'desk' }>,
  cause: DisconnectCause,
): Reading<TelnyxCall> {
  if (cause === 'NORMAL' || cause === 'CANCELLED') return nothing;
  const ids = { conversationId, transferId };
  return {
    // The leg is decided long since: it is reported again to have the decision again.
    event: { type: 'leg.disconnected', data: ids },
    awaitsStep: true,
    call: {
      state: 'STEERED',
      callControlId: customer,
      callId: callId ?? conversationId,
      ...ids,
      unanswered: dialled,
    },
  };
}
