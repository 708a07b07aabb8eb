/** Calls for tests: brought to a state of their life, and read. */
import {
  WithStartWorkflowOperation,
  type Client,
  type Workflow,
  type WorkflowHandle,
} from '@temporalio/client';

import {
  conversationWorkflowId,
  type CallTransferInput,
  type DialableLeg,
  type NextStep,
  type RoutingDecision,
} from '../../src/index';

import { heldForFile } from './for-file';
import { uniqueId } from './unique-id';
import {
  isShareable,
  setupKey,
  withOwnCallTransfer,
  type CallTransferSetup,
  type CallTransferUnderTest,
} from './with-call-transfer';
import { withTimeSkipping } from './with-temporal';

/** A leg with a number. */
export type NumberLeg = Extract<DialableLeg, { type: 'PHONE_NUMBER' }>;

/** A call for which there is a number. */
export interface TestCall extends NumberLeg {
  conversationId: string;
}

/** What a new conversation is asked for with. */
export function newRequest(
  more: Partial<CallTransferInput> & { transferId?: string } = {},
): CallTransferInput & { transferId: string } {
  const conversationId = more.conversationId ?? uniqueId('conversation');
  return { country: 'US', transferId: `${conversationId}-a`, ...more, conversationId };
}

/** The leg whose number is to be dialled. */
export function legIn(step: NextStep): NumberLeg {
  if (step.action === 'DIAL' && step.leg.type === 'PHONE_NUMBER') return step.leg;
  throw new Error(`Expected a number, got ${JSON.stringify(step)}`);
}

/** The decision to route by. */
export function decisionIn(step: NextStep): RoutingDecision {
  if (step.action === 'ROUTE') return step.decision;
  throw new Error(`Expected a decision, got ${JSON.stringify(step)}`);
}

/** A conversation, or a further leg of one, with a number that nobody has dialled. */
export async function dialing(
  { client }: Pick<CallTransferUnderTest, 'client'>,
  more: Partial<CallTransferInput> & { transferId?: string } = {},
): Promise<TestCall> {
  const request = newRequest(more);
  return { conversationId: request.conversationId, ...legIn(await client.requestTransfer(request)) };
}

/** The same with GenerativeAgent on the call. */
export async function connected(
  underTest: Pick<CallTransferUnderTest, 'client' | 'sandbox'>,
  more: Partial<CallTransferInput> & { transferId?: string } = {},
): Promise<TestCall> {
  const call = await dialing(underTest, more);
  underTest.sandbox.exchange.callArrives(call.transferNumber);
  await underTest.client.reportConnected(call.conversationId, { transferId: call.transferId });
  return call;
}

/** The same after the customer has hung up, in the reconnect window. */
export async function hungUp(
  underTest: Pick<CallTransferUnderTest, 'client' | 'sandbox'>,
  more: Partial<CallTransferInput> & { transferId?: string } = {},
): Promise<TestCall & { decision: RoutingDecision }> {
  const call = await connected(underTest, more);
  const { conversationId, transferId } = call;
  underTest.sandbox.exchange.callerHangsUp(transferId);
  const step = await underTest.client.reportDisconnect(conversationId, { transferId, by: 'CUSTOMER' });
  return { ...call, decision: decisionIn(step) };
}

/** A conversation's workflow, as a client without this package sees it. */
export function workflowOf(env: { client: Client }, conversationId: string): WorkflowHandle {
  return env.client.workflow.getHandle(conversationWorkflowId(conversationId));
}

/** How long {@link eventually} looks: longer than a test may take, and not for ever. */
const LOOK_LIMIT_MS = 120_000;

/** Looks again and again until there is what is looked for. */
export async function eventually<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  const giveUpAt = Date.now() + LOOK_LIMIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > giveUpAt) throw new Error(`Not found in ${LOOK_LIMIT_MS / 1000} s: ${String(look)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What a test has where hours pass in milliseconds. */
export interface CallTransferInSkippedTime extends CallTransferUnderTest {
  /** Lets time pass, for Temporal and for ASAPP. */
  pass: (milliseconds: number) => Promise<void>;
  /** Sets ASAPP's clock by Temporal's. */
  follow: () => Promise<void>;
}

/**
 * Runs the body with a server that skips time, and with a stand-in for ASAPP whose clock follows. Tests of a file share
 * them as they share those of {@link withCallTransfer}; the calls of a test end with it, so that time passes for those of
 * the next one alone.
 */
export async function withSkippedTime<T>(
  setup: Omit<CallTransferSetup, 'sandbox'>,
  body: (underTest: CallTransferInSkippedTime) => Promise<T>,
): Promise<T> {
  if (!isShareable(setup)) return await withOwnSkippedTime(setup, body);
  const key = setupKey(setup);
  const held = skippingTime.get(key) ?? heldForFile((keep) => withOwnSkippedTime(setup, keep));
  skippingTime.set(key, held);
  const underTest = await held;
  const { env, sandbox, follow } = underTest;
  await follow();
  try {
    return await body(underTest);
  } finally {
    sandbox.heal();
    const begun = new Set(
      [...sandbox.exchange.transfers.values()].map(({ externalConversationId }) => externalConversationId),
    );
    await Promise.all(
      [...begun].map((id) =>
        workflowOf(env, id)
          .terminate('its test is over')
          .catch(() => undefined),
      ),
    );
  }
}

const skippingTime = new Map<string, Promise<CallTransferInSkippedTime>>();

async function withOwnSkippedTime<T>(
  setup: CallTransferSetup,
  body: (underTest: CallTransferInSkippedTime) => Promise<T>,
): Promise<T> {
  return await withTimeSkipping(async (env) => {
    let skipped = 0;
    const sandbox = { now: () => Date.now() + skipped };
    const follow = async () => {
      skipped = (await env.currentTimeMs()) - Date.now();
    };
    const pass = async (milliseconds: number) => {
      skipped += milliseconds;
      await env.sleep(milliseconds);
      // Waiting for a workflow's end skips time as well.
      await follow();
    };
    return await withOwnCallTransfer(env, { ...setup, sandbox }, (underTest) =>
      body({ ...underTest, pass, follow }),
    );
  });
}

/** Asks for a number as a client without this package does: with Update-with-Start and plain JSON. */
export async function askPlainly(
  { env, taskQueue }: Pick<CallTransferUnderTest, 'env' | 'taskQueue'>,
  input: unknown,
  { workflowId, updateId, request }: { workflowId: string; updateId?: string; request?: unknown },
): Promise<NextStep> {
  return await env.client.workflow.executeUpdateWithStart<Workflow, NextStep, unknown[]>('requestTransfer', {
    args: request === undefined ? [] : [request],
    ...(updateId === undefined ? {} : { updateId }),
    startWorkflowOperation: new WithStartWorkflowOperation('callTransferWorkflow', {
      workflowId,
      workflowIdConflictPolicy: 'USE_EXISTING',
      taskQueue,
      args: [input],
    }),
  });
}
