import { z } from 'zod';

import { describeIssues } from '../contract/parse';
import { callTransferInputSchema } from '../contract/transfer-request';

import type { Exchange, SandboxTransfer } from './exchange';

/** An HTTP answer: a status and a JSON body. */
export interface ApiAnswer {
  status: number;
  body: Record<string, unknown>;
}

const { shape } = callTransferInputSchema;

const postBodySchema = z.object({
  id: z.string().min(1),
  externalConversationId: z.string().min(1),
  type: z.literal('PHONE_NUMBER'),
  phoneNumber: z.object({ country: shape.country }),
  inputContext: shape.inputContext,
});

/** ASAPP's POST: creates a call transfer. */
export function post(exchange: Exchange, body: unknown): ApiAnswer {
  const parsed = postBodySchema.safeParse(body);
  if (!parsed.success) return error(400, '400-01', describeIssues(parsed.error, 'body'));
  const { id, externalConversationId, phoneNumber, inputContext } = parsed.data;
  if (exchange.transfers.has(id)) return error(409, '409-01', 'The entity was persisted already');
  const transfer = exchange.create(id, externalConversationId, phoneNumber.country, inputContext);
  if (transfer === undefined) return error(503, '503-01', 'No number is free');
  return { status: 200, body: resource(exchange, transfer) };
}

/** ASAPP's GET: reads a call transfer. */
export function get(exchange: Exchange, id: string): ApiAnswer {
  const transfer = exchange.transfers.get(id);
  if (transfer === undefined) return error(404, '404-01', 'No such call transfer');
  return { status: 200, body: resource(exchange, transfer) };
}

let requests = 0;

/** An error as ASAPP sends it. */
export const error = (status: number, code: string, message: string): ApiAnswer => ({
  status,
  body: { error: { requestId: `sandbox-${++requests}`, code, message } },
});

function resource(exchange: Exchange, transfer: SandboxTransfer): Record<string, unknown> {
  const status = exchange.read(transfer);
  const isOver = status === 'COMPLETED';
  const instant = (time: number | null) => (time === null ? undefined : new Date(time).toISOString());
  return {
    id: transfer.id,
    externalConversationId: transfer.externalConversationId,
    status,
    type: 'PHONE_NUMBER',
    createdAt: instant(transfer.createdAt),
    callReceivedAt: status === 'ACTIVE' ? undefined : instant(transfer.callReceivedAt),
    completedAt: isOver ? instant(transfer.completedAt) : undefined,
    inputContext: transfer.inputContext,
    outputContext: isOver ? (transfer.outputContext ?? undefined) : undefined,
    phoneNumber: {
      transferNumber: transfer.transferNumber,
      country: transfer.country,
      expireAt: instant(transfer.expiresAt),
    },
  };
}
