import { setTimeout as sleep } from 'node:timers/promises';

import type { Outcome, RoutingDecision } from '../../src';
import type { Sandbox } from '../../src/sandbox';
import { decisionIn, legIn } from '../support/calls';
import { unhurried } from '../support/unhurried';
import { uniqueId } from '../support/unique-id';
import { withCallTransfer, type CallTransferUnderTest } from '../support/with-call-transfer';
import { stepIn, withGateway, type Answer, type GatewayUnderTest } from '../support/with-gateway';
import { withRealServer } from '../support/with-temporal';

/** Set it to have a run's disorder again. */
const SEED = Number(process.env['RANDOM_ORDER_SEED'] ?? Date.now() % 1_000_000);
/** More of them with `RANDOM_ORDER_CALLS=1000`. */
const CALLS = Number(process.env['RANDOM_ORDER_CALLS'] ?? 48);
const AT_ONCE = 12;

/** What happens on the phone, what is told of it, and what must come of it. */
interface Ending {
  outcome: Outcome;
  report: { by: string; cause?: string };
  happens: (sandbox: Sandbox, transferNumber: string, transferId: string) => void;
}

const talked =
  (ends: (sandbox: Sandbox, transferId: string) => void): Ending['happens'] =>
  (sandbox, transferNumber, transferId) => {
    sandbox.exchange.callArrives(transferNumber);
    ends(sandbox, transferId);
  };
const neverAnswered = () => undefined;

const endings: Ending[] = [
  {
    outcome: 'AGENT',
    report: { by: 'GENERATIVE_AGENT' },
    happens: talked((sandbox, id) => sandbox.exchange.aiEnds(id, { transferType: 'AGENT' })),
  },
  {
    outcome: 'SYSTEM',
    report: { by: 'UNKNOWN' },
    happens: talked((sandbox, id) => sandbox.exchange.aiEnds(id, { transferType: 'SYSTEM' }, { ms: 400 })),
  },
  {
    outcome: 'CUSTOMER_HUNG_UP',
    report: { by: 'CUSTOMER' },
    happens: talked((sandbox, id) => sandbox.exchange.callerHangsUp(id)),
  },
  {
    outcome: 'CONTEXT_UNAVAILABLE',
    report: { by: 'GENERATIVE_AGENT' },
    happens: talked((sandbox, id) => sandbox.exchange.callerHangsUp(id)),
  },
  { outcome: 'DIAL_FAILED', report: { by: 'GENERATIVE_AGENT', cause: 'BUSY' }, happens: neverAnswered },
  { outcome: 'DIAL_FAILED', report: { by: 'UNKNOWN', cause: 'NO_ANSWER' }, happens: neverAnswered },
  {
    outcome: 'CUSTOMER_HUNG_UP',
    report: { by: 'CUSTOMER', cause: 'CANCELLED' },
    happens: neverAnswered,
  },
];

/** Numbers that the seed repeats. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The same event some times, each a while after now. */
const sent = (random: (below: number) => number, least: number, send: () => Promise<Answer>) =>
  Array.from({ length: least + random(3) }, async () => {
    await sleep(random(300));
    return await send();
  });

interface Played {
  ending: Ending;
  decisions: RoutingDecision[];
  result: RoutingDecision;
  strays: Answer[];
  /** The transfers for which ASAPP has given a number; a request for one may come twice. */
  numbers: string[];
}

async function play(
  { legEvent, sandbox, client }: CallTransferUnderTest & GatewayUnderTest,
  random: (below: number) => number,
): Promise<Played> {
  const conversationId = uniqueId('disorder');
  const ending = endings[random(endings.length)] as Ending;
  const data = { conversationId, transferId: `${conversationId}-a` };
  const requests = sent(random, 1, () =>
    legEvent({ type: 'leg.requested', data: { ...data, country: 'US' } }),
  );
  const legs = (await Promise.all(requests)).map((answer) => legIn(stepIn(answer)));
  expect(new Set(legs.map(({ transferNumber }) => transferNumber)).size).toBe(1);

  ending.happens(sandbox, legs[0]?.transferNumber ?? '', data.transferId);
  const isReached = ending.happens !== neverAnswered;
  const connects = isReached ? sent(random, 0, () => legEvent({ type: 'leg.connected', data })) : [];
  const stray = { ...data, transferId: 'nobody', by: 'CUSTOMER' };
  const strays = sent(random, 0, () => legEvent({ type: 'leg.disconnected', data: stray }));
  const disconnects = sent(random, 1, () =>
    legEvent({ type: 'leg.disconnected', data: { ...data, ...ending.report } }),
  );
  const decisions = (await Promise.all(disconnects)).map((answer) => decisionIn(stepIn(answer)));
  for (const { status } of await Promise.all(connects)) expect(status).toBe(200);
  return {
    ending,
    decisions,
    strays: await Promise.all(strays),
    result: (await client.conversation(conversationId)).decision as RoutingDecision,
    numbers: sandbox.exchange.conversation(conversationId).map(({ id }) => id),
  };
}

test(`events that come late, twice, out of order or for nobody: one right decision for each of ${CALLS} calls (seed ${SEED})`, async () => {
  await withRealServer({}, (env) =>
    withCallTransfer(env, {}, (underTest) =>
      withGateway({ client: underTest.client, ...unhurried.gateway }, async (gateway) => {
        const random = randomOf(SEED);
        for (let begun = 0; begun < CALLS; begun += AT_ONCE) {
          const group = Array.from({ length: AT_ONCE }, () =>
            play({ ...underTest, ...gateway }, randomOf(random(2 ** 32))),
          );
          for (const { ending, decisions, result, strays, numbers } of await Promise.all(group)) {
            expect(result.outcome).toBe(ending.outcome);
            for (const decision of decisions) expect(decision).toEqual(result);
            for (const { status } of strays) expect(status).toBe(404);
            expect(numbers).toEqual([decisions[0]?.transferId]);
          }
        }
      }),
    ),
  );
}, 240_000);
