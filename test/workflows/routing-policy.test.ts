import { setTimeout as sleep } from 'node:timers/promises';

import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';

import { policyFromTable, type RoutingFacts, type RoutingPolicy } from '../../src/index';
import { connected, decisionIn, dialing, hungUp } from '../support/calls';
import {
  withCallTransfer,
  type CallTransferSetup,
  type CallTransferUnderTest,
} from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

/** A call that GenerativeAgent hands to an agent, and what becomes of the customer. */
async function escalated(underTest: CallTransferUnderTest) {
  const { client, sandbox } = underTest;
  const { conversationId, transferId } = await connected(underTest);
  sandbox.exchange.aiEnds(transferId, {
    transferType: 'AGENT',
    currentTaskName: 'billing',
    referenceVariables: { tier: 'gold' },
    transferVariables: { balance: '12' },
  });
  return decisionIn(await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' }));
}

let current: RoutingPolicy;
/** The policy of the worker that the tests share. */
const routing: RoutingPolicy = (facts) => current(facts);

async function withPolicy(
  policy: RoutingPolicy,
  body: (underTest: CallTransferUnderTest) => Promise<void>,
  setup: CallTransferSetup = {},
) {
  current = policy;
  await withRealServer({}, (env) => withCallTransfer(env, { ...setup, routing }, body));
}

/** The same policy, and what it was asked. */
function counted(policy: RoutingPolicy) {
  const asked: RoutingFacts[] = [];
  const counting: RoutingPolicy = (facts) => {
    asked.push(facts);
    return policy(facts);
  };
  return { asked, counting };
}

describe('a policy that is a function', () => {
  it('is asked once with the facts of the leg, and its answer is the route', async () => {
    const { asked, counting } = counted(({ currentTaskName }) => ({
      route: { sip: 'agents', currentTaskName },
    }));
    await withPolicy(counting, async (underTest) => {
      const decision = await escalated(underTest);

      expect(decision).toMatchObject({
        route: { sip: 'agents', currentTaskName: 'billing' },
        fallback: false,
      });
      expect(await underTest.client.result(decision.conversationId)).toEqual(decision);
      expect(asked).toEqual([
        {
          conversationId: decision.conversationId,
          transferId: decision.transferId,
          outcome: 'AGENT',
          reason: null,
          currentTaskName: 'billing',
          referenceVariables: { tier: 'gold' },
          transferVariables: { balance: '12' },
          legNumber: 1,
          taskName: null,
          transport: 'PHONE_NUMBER',
          country: 'US',
          at: expect.any(Number) as number,
        },
      ]);
    });
  });

  it('is asked once for each leg', async () => {
    const { asked, counting } = counted(() => ({ route: 'somewhere' }));
    await withPolicy(counting, async (underTest) => {
      const { client } = underTest;
      const { conversationId, transferId, decision } = await hungUp(underTest);
      await hungUp(underTest, { conversationId, transferId: `${conversationId}-b` });
      const again = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

      expect(decisionIn(again)).toEqual(decision);
      expect(asked.map(({ legNumber, outcome }) => [legNumber, outcome])).toEqual([
        [1, 'CUSTOMER_HUNG_UP'],
        [2, 'CUSTOMER_HUNG_UP'],
      ]);
    });
  });

  it('is asked once, however often the history is replayed', async () => {
    const { asked, counting } = counted(() => ({ route: 'somewhere' }));
    await withPolicy(
      counting,
      async (underTest) => {
        const { client } = underTest;
        const { conversationId, transferId, decision } = await hungUp(underTest);
        await client.reportConnected(conversationId, { transferId });
        await client.conversation(conversationId);
        const again = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

        expect(decisionIn(again)).toEqual(decision);
        expect(asked).toHaveLength(1);
      },
      { worker: { maxCachedWorkflows: 0 } },
    );
  });

  it('may take its time, within a second', async () => {
    const policy: RoutingPolicy = async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { route: ['late', 1, null, true] };
    };
    await withPolicy(policy, async (underTest) => {
      expect(await escalated(underTest)).toMatchObject({ route: ['late', 1, null, true], fallback: false });
    });
  });
});

test('a policy that is a table routes by its first rule that matches, and else by the default', async () => {
  const toAgents = { route: 'agents' };
  const table = policyFromTable({
    rules: [
      { when: { outcome: 'AGENT', taskName: 'shipping' }, route: 'shipping' },
      { when: { outcome: 'AGENT', variables: { tier: 'gold' } }, route: 'gold' },
      { when: { taskName: 'billing' }, route: 'billing' },
    ],
    defaults: {
      AGENT: toAgents,
      SYSTEM: toAgents,
      CUSTOMER_HUNG_UP: { route: 'nowhere' },
      NUMBER_EXPIRED: toAgents,
      DIAL_FAILED: toAgents,
      TRANSFER_UNAVAILABLE: toAgents,
      CONTEXT_UNAVAILABLE: toAgents,
      CANCELLED: toAgents,
    },
  });
  await withPolicy(table, async (underTest) => {
    expect(await escalated(underTest)).toMatchObject({ outcome: 'AGENT', route: 'gold' });
    const { decision } = await hungUp(underTest);
    expect(decision).toMatchObject({ outcome: 'CUSTOMER_HUNG_UP', route: 'nowhere' });
  });
});

describe('a policy that fails', () => {
  it.each<[string, RoutingPolicy]>([
    [
      'throws',
      () => {
        throw new Error('no such queue');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no such queue'))],
    ['answers nothing', () => undefined as never],
    ['answers what is no JSON', () => ({ route: { since: new Date() } }) as never],
    ['never answers', () => new Promise(() => undefined)],
  ])('sends the customer to the last resort: it %s', async (_, policy) => {
    await withPolicy(
      policy,
      async (underTest) => {
        const decision = await escalated(underTest);

        expect(decision).toMatchObject({
          outcome: 'AGENT',
          route: { type: 'SIP', uri: 'sip:desk@example.com' },
          currentTaskName: 'billing',
          fallback: true,
          reason: 'ROUTING_POLICY_FAILED',
        });
        expect(await underTest.client.result(decision.conversationId)).toEqual(decision);
      },
      { settings: { lastResortRoute: { type: 'SIP', uri: 'sip:desk@example.com' } } },
    );
  });

  it('sends the customer to the last resort: no worker can be asked', async () => {
    const LOST_MS = 4000;
    const lost = ({ info }: Context): ActivityInterceptors => ({
      inbound: {
        execute: async (input, next) => {
          if (info.activityType === 'callTransferChooseRoute') await sleep(LOST_MS);
          return await next(input);
        },
      },
    });
    await withPolicy(
      () => ({ route: 'nobody asks' }),
      async (underTest) => {
        const { conversationId, transferId } = await dialing(underTest);
        const report = { transferId, cause: 'BUSY' } as const;

        expect(decisionIn(await underTest.client.reportDisconnect(conversationId, report))).toMatchObject({
          outcome: 'DIAL_FAILED',
          route: { type: 'QUEUE', queue: 'agents' },
          fallback: true,
          reason: 'DIAL_BUSY',
        });
      },
      { worker: { interceptors: { activity: [lost] } }, client: { answerTimeoutMs: 20_000 } },
    );
  });

  it('keeps the reason for which the leg fell back', async () => {
    const failing: RoutingPolicy = () => {
      throw new Error('no such queue');
    };
    await withPolicy(failing, async (underTest) => {
      const { client, sandbox } = underTest;
      const { conversationId, transferId } = await connected(underTest);
      sandbox.exchange.aiEnds(transferId, { transferType: 'HOLOGRAM' });

      expect(decisionIn(await client.reportDisconnect(conversationId, { transferId }))).toMatchObject({
        outcome: 'CONTEXT_UNAVAILABLE',
        route: { type: 'QUEUE', queue: 'agents' },
        fallback: true,
        reason: 'TRANSFER_TYPE_UNKNOWN',
      });
    });
  });
});
