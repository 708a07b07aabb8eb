import { setTimeout as sleep } from 'node:timers/promises';

import { conversationWorkflowId, type NextStep } from '../../src/index';
import { connected, decisionIn, dialing, eventually, hungUp, legIn, newRequest } from '../support/calls';

import { expectOneEnd, withWorkers, workerOn, type WithWorkers } from './with-survivors';

const LIMIT_MS = 180_000;
/** ASAPP takes so long that a worker can be killed meanwhile, and so short that the asker can still wait. */
const latency = (method: 'POST' | 'GET') => ({ method, effect: { kind: 'latency', ms: 1500 } }) as const;

/** When the worker is killed after the ask: while the workflow task waits for ASAPP, or its activity. */
const moments = [
  { while: 'in a workflow task', killedAfterMs: 200 },
  { while: 'in an activity', killedAfterMs: 900 },
];

/** GenerativeAgent takes the dialled call, hands it back, and call control asks what to do. */
async function goOn(
  { client, sandbox }: WithWorkers,
  conversationId: string,
  transferId: string,
): Promise<NextStep> {
  const number = sandbox.exchange.transfers.get(transferId)?.transferNumber ?? 'none';
  sandbox.exchange.callArrives(number);
  await client.reportConnected(conversationId, { transferId });
  sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT', currentTaskName: 'billing' });
  return await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
}

const agent = { outcome: 'AGENT', currentTaskName: 'billing', fallback: false, reason: null };

describe('a worker killed while nobody asks, with another started after it', () => {
  test(
    'after the number was handed out',
    async () => {
      await withWorkers(async (survivors) => {
        const first = await survivors.startWorker();
        const { conversationId, transferId } = await dialing(survivors);

        await first.kill();
        await survivors.startWorker();

        const step = await goOn(survivors, conversationId, transferId);
        expect(decisionIn(step)).toMatchObject(agent);
        expect(await expectOneEnd(survivors, conversationId, [transferId])).toEqual(decisionIn(step));
      });
    },
    LIMIT_MS,
  );

  test(
    'while GenerativeAgent has the call, whose end is reported before the other is there',
    async () => {
      await withWorkers(async (survivors) => {
        const { client, sandbox, startWorker } = survivors;
        const first = await startWorker();
        const { conversationId, transferId } = await connected(survivors);

        await first.kill();
        sandbox.exchange.aiEnds(transferId, { transferType: 'SYSTEM', transferVariables: { paid: 'yes' } });
        expect(await client.signalDisconnected(conversationId, { transferId, by: 'GENERATIVE_AGENT' })).toBe(
          true,
        );
        await startWorker();

        expect(await expectOneEnd(survivors, conversationId, [transferId])).toMatchObject({
          outcome: 'SYSTEM',
          transferVariables: { paid: 'yes' },
          fallback: false,
        });
      });
    },
    LIMIT_MS,
  );

  test(
    'inside the reconnect window',
    async () => {
      await withWorkers(async (survivors) => {
        const first = await survivors.startWorker();
        const { conversationId, transferId } = await hungUp(survivors);

        await first.kill();
        await survivors.startWorker();

        const again = await dialing(survivors, { conversationId, transferId: `${conversationId}-b` });
        expect(decisionIn(await goOn(survivors, conversationId, again.transferId))).toMatchObject(agent);
        expect(await expectOneEnd(survivors, conversationId, [transferId, again.transferId])).toMatchObject({
          ...agent,
          legs: [{ outcome: 'CUSTOMER_HUNG_UP' }, { outcome: 'AGENT' }],
        });
      });
    },
    LIMIT_MS,
  );
});

describe.each(moments)('one of two workers killed $while', ({ killedAfterMs }) => {
  test(
    'while the number is requested: the asker gets it from the other',
    async () => {
      await withWorkers(async (survivors) => {
        const { env, client, sandbox, startWorker } = survivors;
        const workers = await Promise.all([startWorker(), startWorker()]);
        sandbox.fail(latency('POST'));
        const request = newRequest();

        const asking = client.requestTransfer(request);
        await sleep(killedAfterMs);
        await (await workerOn(env.client, conversationWorkflowId(request.conversationId), workers)).kill();
        const { transferId } = legIn(await asking);

        expect(decisionIn(await goOn(survivors, request.conversationId, transferId))).toMatchObject(agent);
        expect(await expectOneEnd(survivors, request.conversationId, [transferId])).toMatchObject(agent);
      });
    },
    LIMIT_MS,
  );

  test(
    'while the result is fetched: the asker gets it from the other',
    async () => {
      await withWorkers(async (survivors) => {
        const { env, client, sandbox, startWorker } = survivors;
        const workers = await Promise.all([startWorker(), startWorker()]);
        const { conversationId, transferId } = await connected(survivors);
        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT', currentTaskName: 'billing' });
        sandbox.fail(latency('GET'));

        const asking = client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
        await sleep(killedAfterMs);
        await (await workerOn(env.client, conversationWorkflowId(conversationId), workers)).kill();
        const decision = decisionIn(await asking);

        expect(decision).toMatchObject(agent);
        expect(await expectOneEnd(survivors, conversationId, [transferId])).toEqual(decision);
      });
    },
    LIMIT_MS,
  );

  test(
    'while a reconnection is given its number: the asker gets it from the other',
    async () => {
      await withWorkers(async (survivors) => {
        const { env, client, sandbox, startWorker } = survivors;
        const workers = await Promise.all([startWorker(), startWorker()]);
        const { conversationId, transferId } = await hungUp(survivors);
        sandbox.fail(latency('POST'));
        const again = { conversationId, country: 'US', transferId: `${conversationId}-b` };

        const asking = client.requestTransfer(again);
        await sleep(killedAfterMs);
        await (await workerOn(env.client, conversationWorkflowId(conversationId), workers)).kill();
        expect(legIn(await asking).transferId).toBe(again.transferId);

        expect(decisionIn(await goOn(survivors, conversationId, again.transferId))).toMatchObject(agent);
        await expectOneEnd(survivors, conversationId, [transferId, again.transferId]);
      });
    },
    LIMIT_MS,
  );
});

describe('the only worker killed while somebody asks, and another started too late for the asker', () => {
  test(
    'while the number is requested: one decision, which a repeated ask gets, and no second number',
    async () => {
      await withWorkers(async (survivors) => {
        const { client, sandbox, startWorker } = survivors;
        const first = await startWorker();
        sandbox.fail(latency('POST'));
        const request = newRequest();

        const asking = client.requestTransfer(request).catch((error: unknown) => error);
        await sleep(900);
        await first.kill();
        expect(await asking).toMatchObject({ name: 'NoAnswerError' });
        await startWorker();

        const decision = decisionIn(
          await eventually(() => client.requestTransfer(request).catch(() => undefined)),
        );
        expect(decision).toMatchObject({ outcome: 'TRANSFER_UNAVAILABLE', fallback: true });
        expect(await expectOneEnd(survivors, request.conversationId, [request.transferId])).toEqual(decision);
      });
    },
    LIMIT_MS,
  );

  test(
    'while the result is fetched: one decision, which a repeated report gets',
    async () => {
      await withWorkers(async (survivors) => {
        const { client, sandbox, startWorker } = survivors;
        const first = await startWorker();
        const { conversationId, transferId } = await connected(survivors);
        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
        sandbox.fail(latency('GET'));
        const report = () => client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

        const asking = report().catch((error: unknown) => error);
        await sleep(900);
        await first.kill();
        expect(await asking).toMatchObject({ name: 'NoAnswerError' });
        await startWorker();

        const decision = decisionIn(await eventually(() => report().catch(() => undefined)));
        expect(decision.transferId).toBe(transferId);
        expect(await expectOneEnd(survivors, conversationId, [transferId])).toEqual(decision);
      });
    },
    LIMIT_MS,
  );
});
