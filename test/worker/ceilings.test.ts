/** The ceilings of an account, over several workers. */
import type { WorkflowHandle } from '@temporalio/client';

import { AccountConnection } from '../../src/account/account-connection';
import { accountQuery, accountWorkflowId, askAccountUpdate } from '../../src/account/messages';
import type { NextStep } from '../../src/index';
import { eventually, legIn } from '../support/calls';
import { unhurried } from '../support/unhurried';
import { uniqueId } from '../support/unique-id';

import { withWorkers, type WithWorkers } from './with-survivors';

const LIMIT_MS = 180_000;
const noCeilings = { concurrentCalls: null, requestsPerSecond: null, requestsPerDay: null };

/** Runs the body with worker processes that share an account, once its ledger has been served. */
async function withSharedAccount(
  ceilings: Record<string, number>,
  body: (underTest: WithWorkers, ledger: WorkflowHandle) => Promise<void>,
  workers = 2,
): Promise<void> {
  await withWorkers(async (underTest) => {
    const { env, startWorker } = underTest;
    const account = uniqueId('account');
    const environment: Record<string, string> = { CALL_TRANSFER_ASAPP_ACCOUNT: account };
    for (const [name, value] of Object.entries(ceilings))
      environment[`CALL_TRANSFER_MAX_${name}`] = String(value);
    const start = () => startWorker(environment);
    await Promise.all(Array.from({ length: workers }, start));
    const connection = new AccountConnection(env.connection, env.client.options.namespace, account);
    const nothing = { ceilings: noCeilings, ended: [], calls: [], requests: 0, sendWithinMs: 100 };
    await eventually(() => connection.ask(nothing).catch(() => undefined));
    await body(underTest, env.client.workflow.getHandle(accountWorkflowId(account)));
  }, unhurried);
}

const begin = async ({ client }: WithWorkers, times: number): Promise<{ id: string; step: NextStep }[]> =>
  await Promise.all(
    Array.from({ length: times }, async () => {
      const id = uniqueId('conv');
      return { id, step: await client.requestTransfer({ conversationId: id, country: 'US' }) };
    }),
  );

const reasons = (steps: { step: NextStep }[]): (string | null)[] =>
  steps.map(({ step }) => (step.action === 'DIAL' ? 'number' : step.decision.reason)).sort();

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test(
  'no more calls are open than the account may have; one that ends makes place for another',
  async () => {
    await withSharedAccount({ CONCURRENT_CALLS: 10 }, async (underTest, ledger) => {
      const { client, sandbox } = underTest;
      const first = await begin(underTest, 25);
      expect(reasons(first)).toEqual([...times(15, 'CALL_CEILING_REACHED'), ...times(10, 'number')]);
      // A request may come twice, none for a call that was refused.
      expect(new Set(sandbox.requests.map(({ transferId }) => transferId)).size).toBe(10);

      const open = first.filter(({ step }) => step.action === 'DIAL').slice(0, 4);
      for (const { id, step } of open) {
        if (step.action !== 'DIAL') continue;
        const { transferId } = step.leg;
        await client.reportDisconnect(id, { transferId, cause: 'NO_ANSWER' });
      }
      const again = await eventually(async () => {
        const { openCalls } = await ledger.query(accountQuery);
        return openCalls === 6 && (await begin(underTest, 6));
      });
      expect(reasons(again)).toEqual([...times(2, 'CALL_CEILING_REACHED'), ...times(4, 'number')]);
    });
  },
  LIMIT_MS,
);

test(
  'in no second is ASAPP asked more often than it may be',
  async () => {
    await withSharedAccount({ REQUESTS_PER_SECOND: 12 }, async (underTest) => {
      const requestsAt = () => underTest.sandbox.requests.map(({ at }) => at);
      const steps = await begin(underTest, 40);
      // On a slow machine the ledger may be late for some: these begin no call, too, and others come.
      while (requestsAt().length < 12) steps.push(...(await begin(underTest, 40)));
      const said = reasons(steps).filter((reason) => reason !== 'CEILINGS_UNAVAILABLE');
      expect(new Set(said)).toEqual(new Set(['REQUEST_CEILING_REACHED', 'number']));
      const sent = requestsAt().sort((one, other) => one - other);
      for (const [index, at] of sent.entries())
        expect((sent[index + 12] ?? Infinity) - at).toBeGreaterThan(990);
    });
  },
  LIMIT_MS,
);

test(
  'when the day is used up new calls fall back, and those that are open get their results',
  async () => {
    await withSharedAccount({ REQUESTS_PER_DAY: 7 }, async (underTest) => {
      const { client, sandbox } = underTest;
      const steps: Awaited<ReturnType<typeof begin>> = [];
      while (steps.length < 6) steps.push(...(await begin(underTest, 1)));
      expect(reasons(steps)).toEqual([...times(3, 'REQUEST_CEILING_REACHED'), ...times(3, 'number')]);
      for (const { id, step } of steps) {
        if (step.action !== 'DIAL') continue;
        const { transferId, transferNumber } = legIn(step);
        sandbox.exchange.callArrives(transferNumber);
        sandbox.exchange.callerHangsUp(transferId);
        const next = await client.reportDisconnect(id, { transferId });
        expect(next).toMatchObject({ action: 'ROUTE', decision: { outcome: 'CUSTOMER_HUNG_UP' } });
      }
    });
  },
  LIMIT_MS,
);

test(
  'the ledger goes on over many asks, run after run',
  async () => {
    // What many asks do to the ledger is not a matter of how many workers there are.
    const oneWorker = 1;
    await withSharedAccount(
      { CONCURRENT_CALLS: 2 },
      async (underTest, ledger) => {
        const [{ step } = { step: undefined }] = await begin(underTest, 1);
        expect(step).toMatchObject({ action: 'DIAL' });
        const { runId } = await ledger.describe();
        const ceilings = { ...noCeilings, concurrentCalls: 2 };
        const one = { ceilings, ended: [], calls: [], requests: 1, sendWithinMs: 100 };
        for (let round = 0; round < 120; round++) {
          await Promise.all(times(10, 0).map(() => ledger.executeUpdate(askAccountUpdate, { args: [one] })));
        }
        await eventually(async () => (await ledger.describe()).runId !== runId);
        expect(await ledger.query(accountQuery)).toMatchObject({ openCalls: 1 });
        expect(reasons(await begin(underTest, 2))).toEqual(['CALL_CEILING_REACHED', 'number']);
      },
      oneWorker,
    );
  },
  LIMIT_MS,
);
