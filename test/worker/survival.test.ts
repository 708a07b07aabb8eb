import { setTimeout as sleep } from 'node:timers/promises';

import { conversationWorkflowId, type AskOptions, type NextStep } from '../../src/index';
import { connected, decisionIn, dialing, eventually, hungUp, legIn, newRequest } from '../support/calls';
import { unhurried } from '../support/unhurried';

import { expectOneEnd, workerOn, workersForFile, type WithWorkers } from './with-survivors';

const LIMIT_MS = 180_000;
const underTest = workersForFile(unhurried);
/** ASAPP takes so long that a worker can be killed meanwhile, and so short that the asker can still wait. */
const latency = (method: 'POST' | 'GET') => ({ method, effect: { kind: 'latency', ms: 1500 } }) as const;

/** When the worker is killed after the request or report: ASAPP has been asked, and has not answered. */
const KILLED_AFTER_MS = 500;

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

test(
  'a worker killed while nobody asks, with another started after it: each call goes on',
  async () => {
    const survivors = underTest();
    const { client, sandbox, running } = survivors;
    const [first] = await running(1);
    const handedOut = await dialing(survivors);
    const withAgent = await connected(survivors);
    const inWindow = await hungUp(survivors);

    await first?.kill();
    // GenerativeAgent has this call, whose end is reported before the other worker is there.
    sandbox.exchange.aiEnds(withAgent.transferId, {
      transferType: 'SYSTEM',
      transferVariables: { paid: 'yes' },
    });
    const report = { transferId: withAgent.transferId, by: 'GENERATIVE_AGENT' } as const;
    expect(await client.signalDisconnected(withAgent.conversationId, report)).toBe(true);
    await running(1);

    await Promise.all([
      (async () => {
        const { conversationId, transferId } = handedOut;
        const step = await goOn(survivors, conversationId, transferId);
        expect(decisionIn(step)).toMatchObject(agent);
        expect(await expectOneEnd(survivors, conversationId, [transferId])).toEqual(decisionIn(step));
      })(),
      (async () => {
        const { conversationId, transferId } = withAgent;
        expect(await expectOneEnd(survivors, conversationId, [transferId])).toMatchObject({
          outcome: 'SYSTEM',
          transferVariables: { paid: 'yes' },
          fallback: false,
        });
      })(),
      (async () => {
        const { conversationId, transferId } = inWindow;
        const again = await dialing(survivors, { conversationId, transferId: `${conversationId}-b` });
        expect(decisionIn(await goOn(survivors, conversationId, again.transferId))).toMatchObject(agent);
        expect(await expectOneEnd(survivors, conversationId, [transferId, again.transferId])).toMatchObject({
          ...agent,
          legs: [{ outcome: 'CUSTOMER_HUNG_UP' }, { outcome: 'AGENT' }],
        });
      })(),
    ]);
  },
  LIMIT_MS,
);

describe('one of two workers killed', () => {
  test(
    'while the number is requested: the asker gets it from the other',
    async () => {
      const survivors = underTest();
      const { env, client, sandbox, running } = survivors;
      const workers = await running(2);
      sandbox.fail(latency('POST'));
      const request = newRequest();

      const asking = client.requestTransfer(request);
      await sleep(KILLED_AFTER_MS);
      await (await workerOn(env.client, conversationWorkflowId(request.conversationId), workers)).kill();
      const { transferId } = legIn(await asking);

      expect(decisionIn(await goOn(survivors, request.conversationId, transferId))).toMatchObject(agent);
      expect(await expectOneEnd(survivors, request.conversationId, [transferId])).toMatchObject(agent);
    },
    LIMIT_MS,
  );

  test(
    'while the result is fetched: the asker gets it from the other',
    async () => {
      const survivors = underTest();
      const { env, client, sandbox, running } = survivors;
      const workers = await running(2);
      const { conversationId, transferId } = await connected(survivors);
      sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT', currentTaskName: 'billing' });
      sandbox.fail(latency('GET'));

      const asking = client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
      await sleep(KILLED_AFTER_MS);
      await (await workerOn(env.client, conversationWorkflowId(conversationId), workers)).kill();
      const decision = decisionIn(await asking);

      expect(decision).toMatchObject(agent);
      expect(await expectOneEnd(survivors, conversationId, [transferId])).toEqual(decision);
    },
    LIMIT_MS,
  );

  test(
    'while a reconnection is given its number: the asker gets it from the other',
    async () => {
      const survivors = underTest();
      const { env, client, sandbox, running } = survivors;
      const workers = await running(2);
      const { conversationId, transferId } = await hungUp(survivors);
      sandbox.fail(latency('POST'));
      const again = { conversationId, country: 'US', transferId: `${conversationId}-b` };

      const asking = client.requestTransfer(again);
      await sleep(KILLED_AFTER_MS);
      await (await workerOn(env.client, conversationWorkflowId(conversationId), workers)).kill();
      expect(legIn(await asking).transferId).toBe(again.transferId);

      expect(decisionIn(await goOn(survivors, conversationId, again.transferId))).toMatchObject(agent);
      await expectOneEnd(survivors, conversationId, [transferId, again.transferId]);
    },
    LIMIT_MS,
  );
});

test(
  'the only worker killed while somebody asks, and another started too late for the asker: one decision, which a repeated ask gets',
  async () => {
    const survivors = underTest();
    const { client, sandbox, running } = survivors;
    const [first] = await running(1);
    const request = newRequest();
    const { conversationId, transferId } = await connected(survivors);
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    sandbox.fail(latency('POST'));
    sandbox.fail(latency('GET'));
    const report = (options?: AskOptions) =>
      client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' }, options);

    const shortly = { answerTimeoutMs: 6_000 };
    const asking = [client.requestTransfer(request, shortly), report(shortly)].map((answer) =>
      answer.catch((error: unknown) => error),
    );
    await sleep(900);
    await first?.kill();
    for (const answer of await Promise.all(asking)) expect(answer).toMatchObject({ name: 'NoAnswerError' });
    await running(1);

    const [unavailable, decision] = await Promise.all(
      [() => client.requestTransfer(request), () => report()].map(async (ask) =>
        decisionIn(await eventually(() => ask().catch(() => undefined))),
      ),
    );
    expect(unavailable).toMatchObject({ outcome: 'TRANSFER_UNAVAILABLE', fallback: true });
    // No second number was requested.
    expect(await expectOneEnd(survivors, request.conversationId, [request.transferId])).toEqual(unavailable);
    expect(decision?.transferId).toBe(transferId);
    expect(await expectOneEnd(survivors, conversationId, [transferId])).toEqual(decision);
  },
  LIMIT_MS,
);
