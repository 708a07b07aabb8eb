/**
 * The sandbox from another process. Each is a POST with a JSON body to `/_sandbox/{name}`, without credentials:
 * whoever reaches the port may use it.
 *
 * | name | body | answer |
 * |---|---|---|
 * | `call-arrives` | `{transferNumber}` | the transfer that the call reaches, whoever dialled |
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

import { variablesSchema } from '../contract/json';
import { describeIssues } from '../contract/parse';

import { error, type ApiAnswer } from './api';
import { SandboxError, type SandboxTransfer } from './exchange';
import { parseJson } from './json';
import type { Sandbox } from './sandbox';

const transferId = z.string();
const lag = z
  .strictObject({
    status: z.enum(['ACTIVE', 'ONGOING']).exactOptional(),
    ms: z.number().min(0).exactOptional(),
    reads: z.int().min(0).exactOptional(),
  })
  .optional();

const outputContext = z.strictObject({
  transferType: z.string(),
  currentTaskName: z.string().exactOptional(),
  referenceVariables: variablesSchema.exactOptional(),
  transferVariables: variablesSchema.exactOptional(),
});

const fault = z.strictObject({
  method: z.enum(['POST', 'GET']).exactOptional(),
  times: z.union([z.int().min(1), z.literal('untilHealed')]).exactOptional(),
  effect: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('latency'), ms: z.number().min(0) }),
    z.strictObject({
      kind: z.literal('status'),
      status: z.int().min(400).max(599),
      retryAfterSeconds: z.int().min(0).exactOptional(),
    }),
    z.strictObject({ kind: z.literal('cutBefore') }),
    z.strictObject({ kind: z.literal('cutAfter') }),
    z.strictObject({ kind: z.literal('hangAfter') }),
    z.strictObject({ kind: z.literal('body'), body: z.string() }),
    z.strictObject({ kind: z.literal('fields'), fields: z.record(z.string(), z.unknown()) }),
    z.strictObject({
      kind: z.literal('dialect'),
      lowerCaseStatus: z.boolean().exactOptional(),
      expiresAt: z.boolean().exactOptional(),
      unknownFields: z.boolean().exactOptional(),
      booleanVariables: z.boolean().exactOptional(),
    }),
  ]),
});

type Command = (sandbox: Sandbox, body: unknown) => object;

const commands = new Map<string, Command>([
  [
    'call-arrives',
    command(z.strictObject({ transferNumber: z.string() }), (sandbox, body) =>
      shown(sandbox, sandbox.exchange.callArrives(body.transferNumber)),
    ),
  ],
  [
    'ai-ends',
    command(z.strictObject({ transferId, outputContext, lag }), (sandbox, body) =>
      shown(sandbox, sandbox.exchange.aiEnds(body.transferId, body.outputContext, body.lag)),
    ),
  ],
  [
    'caller-hangs-up',
    command(z.strictObject({ transferId, lag }), (sandbox, body) =>
      shown(sandbox, sandbox.exchange.callerHangsUp(body.transferId, body.lag)),
    ),
  ],
  [
    'fail',
    command(fault, (sandbox, body) => {
      sandbox.fail(body);
      return {};
    }),
  ],
  [
    'heal',
    (sandbox) => {
      sandbox.heal();
      return {};
    },
  ],
  ['requests', (sandbox) => ({ requests: sandbox.requests })],
  [
    'transfer',
    command(z.strictObject({ transferId }), (sandbox, body) => {
      const transfer = sandbox.exchange.transfers.get(body.transferId);
      if (transfer === undefined)
        throw new SandboxError(`transferId: there is no transfer ${body.transferId}`);
      return shown(sandbox, transfer);
    }),
  ],
  [
    'transfers',
    command(z.strictObject({ conversationId: z.string().exactOptional() }).default({}), (sandbox, body) => {
      const { exchange } = sandbox;
      const transfers =
        body.conversationId === undefined
          ? [...exchange.transfers.values()]
          : exchange.conversation(body.conversationId);
      return { transfers: transfers.map((transfer) => shown(sandbox, transfer)) };
    }),
  ],
]);

/** Carries out a control request. */
export function control(sandbox: Sandbox, name: string, text: string): ApiAnswer {
  const run = commands.get(name);
  if (run === undefined) return error(404, '404-00', 'There is no such control');
  try {
    return { status: 200, body: run(sandbox, parseJson(text)) as Record<string, unknown> };
  } catch (problem) {
    if (problem instanceof SandboxError) return error(409, '409-00', problem.message);
    if (problem instanceof z.ZodError) return error(400, '400-00', describeIssues(problem, 'body'));
    throw problem;
  }
}

function command<T extends z.ZodType>(
  schema: T,
  run: (sandbox: Sandbox, body: z.output<T>) => object,
): Command {
  return (sandbox, body) => run(sandbox, schema.parse(body));
}

const shown = ({ exchange }: Pick<Sandbox, 'exchange'>, transfer: SandboxTransfer): object => ({
  ...transfer,
  status: exchange.status(transfer),
});
