import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import { countrySchema } from '../contract/fields';
import { describeIssues } from '../contract/parse';
import { firstLegSchema } from '../contract/transfer-request';
import type { RequestedTransport } from '../contract/transport';

import type { Exchange, SandboxTransfer } from './exchange';

/** An HTTP answer: a status and a JSON body. */
export interface ApiAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** A body's value, `undefined` if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const everyBody = {
  id: z.string().min(1),
  externalConversationId: z.string().min(1),
  inputContext: firstLegSchema.shape.inputContext,
};
/** The only way back that needs no more than this API is `BYE`, the default. */
const returnTransferType = z.literal('BYE', 'must be "BYE": the sandbox has no "REFER" and no "INVITE"');

const postBodySchema = z.discriminatedUnion(
  'type',
  [
    z.object({
      ...everyBody,
      type: z.literal('PHONE_NUMBER'),
      phoneNumber: z.object({ country: countrySchema }),
    }),
    z.object({
      ...everyBody,
      type: z.literal('SIP'),
      sip: z.object({ returnTransferType: returnTransferType.optional() }).optional(),
    }),
  ],
  'must be "PHONE_NUMBER" or "SIP"',
);

/**
 * ASAPP's POST: creates a call transfer.
 *
 * ASAPP declares 400 and 422 without saying which is for what. Here 400 is for a field that is missing or of
 * the wrong type, and 422 for one whose value cannot be used.
 */
export function post(exchange: Exchange, body: unknown): ApiAnswer {
  if (body === undefined) return error(400, '400-01', 'body: is not JSON');
  const parsed = postBodySchema.safeParse(body);
  if (!parsed.success) {
    const isMalformed = parsed.error.issues.some(({ code }) => code === 'invalid_type');
    const status = isMalformed ? 400 : 422;
    return error(status, `${status}-01`, describeIssues(parsed.error, 'body'));
  }
  const { data } = parsed;
  const { id, externalConversationId, inputContext } = data;
  const transport: RequestedTransport =
    data.type === 'SIP' ? { type: 'SIP' } : { type: 'PHONE_NUMBER', country: data.phoneNumber.country };
  if (exchange.transfers.has(id)) return error(409, '409-01', 'The entity was persisted already');
  const transfer = exchange.create(id, externalConversationId, transport, inputContext);
  if (transfer === undefined) return error(503, '503-01', 'No number is free');
  return { status: 200, body: resource(exchange, transfer) };
}

/** ASAPP's GET: reads a call transfer. */
export function get(exchange: Exchange, id: string): ApiAnswer {
  const transfer = exchange.transfers.get(id);
  if (transfer === undefined) return error(404, '404-01', 'No such call transfer');
  return { status: 200, body: resource(exchange, transfer) };
}

/** An error as ASAPP sends it. */
export const error = (status: number, code: string, message: string): ApiAnswer => ({
  status,
  body: { error: { requestId: randomUUID(), code, message } },
});

function resource(exchange: Exchange, transfer: SandboxTransfer): Record<string, unknown> {
  const status = exchange.read(transfer);
  const isOver = status === 'COMPLETED';
  const instant = (time: number | null) => (time === null ? undefined : new Date(time).toISOString());
  return {
    id: transfer.id,
    externalConversationId: transfer.externalConversationId,
    status,
    type: transfer.type,
    createdAt: instant(transfer.createdAt),
    callReceivedAt: status === 'ACTIVE' ? undefined : instant(transfer.callReceivedAt),
    completedAt: isOver ? instant(transfer.completedAt) : undefined,
    inputContext: transfer.inputContext,
    outputContext: isOver ? (transfer.outputContext ?? undefined) : undefined,
    ...(transfer.type === 'SIP'
      ? { sip: { returnTransferType: 'BYE' } }
      : {
          phoneNumber: {
            transferNumber: transfer.transferNumber,
            country: transfer.country,
            expireAt: instant(transfer.expiresAt),
          },
        }),
  };
}
