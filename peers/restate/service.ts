/**
 * The call transfer as a Restate workflow: `run` is the story of one conversation, the other handlers tell it what the
 * phone system knows, by durable promises. What `run` did is in Restate's journal: after a crash it is replayed up to
 * where it was.
 */
import './with-resolvers';

import * as restate from '@restatedev/restate-sdk';
import {
  RestatePromise,
  TerminalError,
  type DurablePromise,
  type WorkflowContext,
  type WorkflowSharedContext,
} from '@restatedev/restate-sdk';

import { asappFromEnvironment, isPassing } from '../call/asapp';
import {
  decide,
  dial,
  DISCONNECT_DEADLINE_MS,
  FIRST_PAUSE_MS,
  GET_ATTEMPTS,
  isUnsettled,
  isUp,
  MAX_CALL_MS,
  outcomeOf,
  POST_ATTEMPTS,
  RECONNECT_WINDOW_MS,
  REQUEST_DEADLINE_MS,
  route,
  type Decision,
  type Leg,
  type NextStep,
  type Report,
  type Transfer,
} from '../call/call';

const asapp = asappFromEnvironment();

/** How Restate repeats a request that failed. */
const repeats = { initialRetryInterval: FIRST_PAUSE_MS, retryIntervalFactor: 2 };

/** The durable promises of a leg. */
const numberOf = (ctx: WorkflowSharedContext, { transferId }: Leg) =>
  ctx.promise<NextStep>(`number/${transferId}`);
const connectOf = (ctx: WorkflowSharedContext, { transferId }: Leg) =>
  ctx.promise<Leg>(`connected/${transferId}`);
const reportOf = (ctx: WorkflowSharedContext, { transferId }: Leg) =>
  ctx.promise<Report>(`disconnected/${transferId}`);
const decisionOf = (ctx: WorkflowSharedContext, { transferId }: Leg) =>
  ctx.promise<Decision>(`decision/${transferId}`);
const legAfter = (ctx: WorkflowSharedContext, transferId: string) => ctx.promise<Leg>(`after/${transferId}`);

/** Where the id of the leg under way is kept. */
const CURRENT = 'transferId';

const conversation = restate.workflow({
  name: 'conversation',
  handlers: {
    run: async (ctx: WorkflowContext, first: Leg): Promise<Decision> => {
      for (let leg = first; ;) {
        ctx.set(CURRENT, leg.transferId);
        const decision = await runLeg(ctx, leg);
        await decisionOf(ctx, leg).resolve(decision);
        if (decision.outcome !== 'CUSTOMER_HUNG_UP') return decision;
        const next = await within(ctx, legAfter(ctx, leg.transferId).get(), RECONNECT_WINDOW_MS);
        if (next === undefined) return decision;
        leg = next;
      }
    },

    /** Starts the conversation, or a further leg of it. Answers with the number. */
    requestTransfer: async (ctx: WorkflowSharedContext, leg: Leg): Promise<NextStep> => {
      const number = numberOf(ctx, leg);
      const current = await ctx.get<string>(CURRENT);
      if (current === null) {
        ctx.workflowSendClient<Conversation>({ name: 'conversation' }, ctx.key).run(leg);
      } else if (current !== leg.transferId && (await number.peek()) === undefined) {
        await resolveOnce(legAfter(ctx, current), leg);
      }
      return await number;
    },

    connected: async (ctx: WorkflowSharedContext, leg: Leg): Promise<void> => {
      await resolveOnce(connectOf(ctx, leg), leg);
    },

    /** Answers with the decision. */
    reportDisconnect: async (ctx: WorkflowSharedContext, { by, ...leg }: Leg & Report): Promise<NextStep> => {
      await resolveOnce(reportOf(ctx, leg), { by });
      return route(await decisionOf(ctx, leg));
    },

    /** The decision, if there is one. */
    decision: async (ctx: WorkflowSharedContext, leg: Leg): Promise<Decision | null> =>
      (await decisionOf(ctx, leg).peek()) ?? null,
  },
});

export type Conversation = typeof conversation;

async function runLeg(ctx: WorkflowContext, leg: Leg): Promise<Decision> {
  const transfer = await requestNumber(ctx, leg);
  if (transfer === undefined) {
    const decision = decide(leg, 'TRANSFER_UNAVAILABLE');
    await numberOf(ctx, leg).resolve(route(decision));
    return decision;
  }
  await numberOf(ctx, leg).resolve(dial(leg, transfer));
  const [connect, report] = [connectOf(ctx, leg).get(), reportOf(ctx, leg).get()];
  const heard = RestatePromise.race([connect.map(() => true), report.map(() => true)]);
  if ((await within(ctx, heard, transfer.expiresInMs)) === undefined) {
    const known = await fetchResult(ctx, leg, () => true);
    if (known === undefined || !isUp(known)) return decide(leg, 'NUMBER_EXPIRED');
  }
  const { by } = (await within(ctx, report, MAX_CALL_MS)) ?? { by: 'UNKNOWN' as const };
  return decide(leg, outcomeOf(await fetchResult(ctx, leg, (found) => !isUnsettled(found)), { by }));
}

/** `undefined` where ASAPP gives no number in time. */
async function requestNumber(
  ctx: WorkflowContext,
  leg: Leg,
): Promise<(Transfer & { expiresInMs: number }) | undefined> {
  const post = async () => {
    const transfer = await finally4xx(() => asapp.post(leg, REQUEST_DEADLINE_MS));
    return { ...transfer, expiresInMs: Math.max(0, transfer.expiresAt - Date.now()) };
  };
  return await orNothing(
    ctx.run('POST', post, { ...repeats, maxRetryAttempts: POST_ATTEMPTS }).orTimeout(REQUEST_DEADLINE_MS),
  );
}

/** Looks until what is found is enough. The last that was found, `undefined` where there was nothing in time. */
async function fetchResult(
  ctx: WorkflowContext,
  leg: Leg,
  isEnough: (found: Transfer) => boolean,
): Promise<Transfer | undefined> {
  const tooLate = ctx.sleep(DISCONNECT_DEADLINE_MS).map(() => undefined);
  let found: Transfer | undefined;
  for (let attempt = 0; attempt < GET_ATTEMPTS; attempt++) {
    if (attempt > 0) await ctx.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    const get = ctx.run('GET', () => finally4xx(() => asapp.get(leg, DISCONNECT_DEADLINE_MS)), {
      ...repeats,
      maxRetryDuration: DISCONNECT_DEADLINE_MS,
    });
    found = await orNothing(RestatePromise.race([get, tooLate]));
    if (found === undefined || isEnough(found)) break;
  }
  return found;
}

/** The promise's value, `undefined` where that takes too long. The timer is as durable as the promise. */
async function within<T>(ctx: WorkflowContext, promise: RestatePromise<T>, ms: number) {
  return await RestatePromise.race([promise, ctx.sleep(ms).map(() => undefined)]);
}

/** Restate repeats whatever is not a `TerminalError`. */
async function finally4xx<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw isPassing(error) ? error : new TerminalError(String(error));
  }
}

/** `undefined` where Restate gave up. */
async function orNothing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof TerminalError) return undefined;
    throw error;
  }
}

/** The phone system may tell everything twice: Restate refuses the second. */
async function resolveOnce<T>(promise: DurablePromise<T>, value: T): Promise<void> {
  await orNothing(promise.resolve(value));
}

void restate.serve({ services: [conversation], port: Number(process.env['PORT']) });
