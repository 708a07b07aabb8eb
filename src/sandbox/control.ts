/**
 * The sandbox from another process. Each is a POST with a JSON body to `/_sandbox/{name}`, without credentials:
 * whoever reaches the port may use it.
 *
 * | name | body | answer |
 * |---|---|---|
 * | `call-arrives` | `{transferNumber}` | the transfer that the call reaches, whoever dialled |
 * | `sip-call-arrives` | `{headers}`: of the INVITE | the transfer that they name |
 * | `ai-ends` | `{transferId, outputContext, lag?}` | the transfer |
 * | `caller-hangs-up` | `{transferId, lag?}` | the transfer |
 * | `fail` | a fault: `{method?, times?, effect}`, see `faults.ts` | `{}` |
 * | `heal` | | `{}` |
 * | `requests` | | `{requests}`: method, path, transfer id, status and time of each |
 * | `transfer` | `{transferId}` | the transfer |
 * | `transfers` | `{conversationId?}` | `{transfers}`: all, or a conversation's, oldest first |
 *
 * A transfer has ASAPP's fields, `status`, `resumedFrom` (the leg before) and `transferNumber`, with times in
 * epoch milliseconds. An `outputContext` has a `transferType` and, if there is need, `currentTaskName`,
 * `referenceVariables` and `transferVariables`. A `lag` says what GET shows after the call's end (`status`), and
 * for how long (`ms`, `reads`).
 *
 * Errors have ASAPP's form: 400 for a body that is not understood, 404 for an unknown name, and 409 for what is
 * not possible now, such as a call to a number that is assigned to nobody.
 */
import { z } from 'zod';

import { describeIssues } from '../contract/parse';

import { error, parseJson, type ApiAnswer } from './api';
import { contextSchema, lagSchema, SandboxError, type SandboxTransfer } from './exchange';
import { faultSchema } from './faults';
import type { Sandbox } from './sandbox';

const transferId = z.string();
const lag = lagSchema.optional();
const callArrivesSchema = z.strictObject({ transferNumber: z.string() });
const sipCallArrivesSchema = z.strictObject({ headers: z.record(z.string(), z.string()) });
const aiEndsSchema = z.strictObject({ transferId, outputContext: contextSchema, lag });
const callerHangsUpSchema = z.strictObject({ transferId, lag });
const transferSchema = z.strictObject({ transferId });
const transfersSchema = z.strictObject({ conversationId: z.string().exactOptional() }).default({});

/** Carries out a control request. */
export function control(sandbox: Sandbox, name: string, text: string): ApiAnswer {
  try {
    const body = carryOut(sandbox, name, parseJson(text));
    return body === undefined ? error(404, '404-00', 'There is no such control') : { status: 200, body };
  } catch (problem) {
    if (problem instanceof SandboxError) return error(409, '409-00', problem.message);
    if (problem instanceof z.ZodError) return error(400, '400-00', describeIssues(problem, 'body'));
    throw problem;
  }
}

/** @returns `undefined` for an unknown name */
function carryOut(sandbox: Sandbox, name: string, body: unknown): Record<string, unknown> | undefined {
  const { exchange, requests } = sandbox;
  const shown = (transfer: SandboxTransfer) => ({ ...transfer, status: exchange.status(transfer) });
  switch (name) {
    case 'call-arrives':
      return shown(exchange.callArrives(callArrivesSchema.parse(body).transferNumber));
    case 'sip-call-arrives':
      return shown(exchange.sipCallArrives(sipCallArrivesSchema.parse(body).headers));
    case 'ai-ends': {
      const { transferId: id, outputContext, lag } = aiEndsSchema.parse(body);
      return shown(exchange.aiEnds(id, outputContext, lag));
    }
    case 'caller-hangs-up': {
      const { transferId: id, lag } = callerHangsUpSchema.parse(body);
      return shown(exchange.callerHangsUp(id, lag));
    }
    case 'fail':
      sandbox.fail(faultSchema.parse(body));
      return {};
    case 'heal':
      sandbox.heal();
      return {};
    case 'requests':
      return { requests };
    case 'transfer': {
      const { transferId: id } = transferSchema.parse(body);
      const transfer = exchange.transfers.get(id);
      if (transfer === undefined) throw new SandboxError(`transferId: there is no transfer ${id}`);
      return shown(transfer);
    }
    case 'transfers': {
      const { conversationId: id } = transfersSchema.parse(body);
      const transfers = id === undefined ? [...exchange.transfers.values()] : exchange.conversation(id);
      return { transfers: transfers.map(shown) };
    }
    default:
      return undefined;
  }
}
