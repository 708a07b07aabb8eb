/** What the owner's own systems are told of a conversation that is over, on the real server. */
import { eventWorkflowId } from '../../src/events/messages';
import { redeliverEvents } from '../../src/events/redeliver';
import { conversationWorkflowId } from '../../src/index';
import { connected, decisionIn, eventually, hungUp } from '../support/calls';
import { withOwnCallTransfer, type CallTransferUnderTest } from '../support/with-call-transfer';
import { SECRET, withReceiver, type Receiver } from '../support/with-receiver';
import { withRealServer } from '../support/with-temporal';

interface UnderTest extends CallTransferUnderTest {
  receiver: Receiver;
}

const settings = { reconnectWindowMs: { CUSTOMER_HUNG_UP: 3000 } };

async function withEvents(body: (underTest: UnderTest) => Promise<void>): Promise<void> {
  await withReceiver((receiver) =>
    withRealServer({}, (env) => {
      const events = { url: receiver.url, secrets: [SECRET], variables: ['tier', 'balance', 'absent'] };
      return withOwnCallTransfer(env, { events, settings }, (underTest) => body({ ...underTest, receiver }));
    }),
  );
}

/** A call that GenerativeAgent hands to an agent, and the decision on it. */
async function escalated(underTest: CallTransferUnderTest) {
  const { client, sandbox } = underTest;
  const { conversationId, transferId } = await connected(underTest, { inputContext: { taskName: 'intake' } });
  sandbox.exchange.aiEnds(transferId, {
    transferType: 'AGENT',
    currentTaskName: 'billing',
    referenceVariables: { tier: 'gold', name: 'Ada' },
    transferVariables: { balance: '12' },
  });
  return decisionIn(await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' }));
}

const eventOf = ({ receiver }: UnderTest, conversationId: string) =>
  eventually(() =>
    Promise.resolve(receiver.attempts.find(({ event }) => event.data.conversationId === conversationId)),
  );

const deliveryOf = async ({ env }: UnderTest, conversationId: string, legCount = 1) => {
  const { runId } = await env.client.workflow.getHandle(conversationWorkflowId(conversationId)).describe();
  return env.client.workflow.getHandle(eventWorkflowId(conversationId, `${runId}.${legCount}`));
};

test('a conversation that is over is told of once, signed, with the variables that may be told and no others', async () => {
  await withEvents(async (underTest) => {
    const decision = await escalated(underTest);
    const { conversationId, transferId } = decision;
    const { id, event } = await eventOf(underTest, conversationId);

    expect(event).toEqual({
      type: 'conversation.ended',
      timestamp: expect.stringMatching(/^20/) as string,
      data: {
        conversationId,
        result: 'ESCALATED',
        transferId,
        outcome: 'AGENT',
        fallback: false,
        reason: null,
        route: { type: 'QUEUE', queue: 'agents' },
        taskName: 'billing',
        variables: { tier: 'gold', balance: '12' },
        legCount: 1,
        legs: decision.legs,
      },
    });
    expect(id).toMatch(/^evt_[0-9a-f-]{36}\.1$/);
    await (await deliveryOf(underTest, conversationId)).result();
    expect(underTest.receiver.attempts).toHaveLength(1);
  });
});

test('a customer who may call again is not told of before the reconnect window is over', async () => {
  await withEvents(async (underTest) => {
    const { conversationId } = await hungUp(underTest);
    await hungUp(underTest, { conversationId, transferId: `${conversationId}-b` });
    expect(underTest.receiver.attempts).toEqual([]);
    const { event } = await eventOf(underTest, conversationId);

    expect(event.data).toMatchObject({ result: 'CALLED_AGAIN', outcome: 'CUSTOMER_HUNG_UP', legCount: 2 });
  });
});

test('a receiver that fails gets the event again, under the same id, and no decision waits for it', async () => {
  await withEvents(async (underTest) => {
    const { receiver, client } = underTest;
    let failures = 0;
    receiver.answerWith((response) => {
      if (failures++ < 2) response.writeHead(500).end();
      else response.writeHead(200).end();
    });
    const { conversationId } = await escalated(underTest);
    expect(await client.result(conversationId)).toMatchObject({ outcome: 'AGENT' });
    await (await deliveryOf(underTest, conversationId)).result();

    expect(receiver.attempts).toHaveLength(3);
    expect(new Set(receiver.attempts.map(({ id }) => id)).size).toBe(1);
  });
});

test('a receiver that never answers holds up no call', async () => {
  await withEvents(async (underTest) => {
    underTest.receiver.answerWith(() => undefined);
    // More than one worker tries at a time.
    const conversations = await Promise.all(Array.from({ length: 30 }, () => escalated(underTest)));
    expect(await escalated(underTest)).toMatchObject({ outcome: 'AGENT', fallback: false });

    for (const { conversationId } of conversations.slice(0, 3)) {
      const { status } = await (await deliveryOf(underTest, conversationId)).describe();
      expect(status.name).toBe('RUNNING');
    }
  });
});

test('what nobody took can be delivered again, once, under the same id', async () => {
  await withEvents(async (underTest) => {
    const { receiver, env } = underTest;
    receiver.answerWith((response) => response.writeHead(503).end());
    const { conversationId } = await escalated(underTest);
    const { id } = await eventOf(underTest, conversationId);
    const delivery = await deliveryOf(underTest, conversationId);
    await delivery.terminate('given up');
    receiver.answerWith((response) => response.writeHead(204).end());
    const redeliver = () => redeliverEvents(env.connection, env.client.options.namespace);

    // It is in the list of failed ones a moment later.
    await eventually(async () => (await redeliver()).includes(delivery.workflowId));
    await env.client.workflow.getHandle(delivery.workflowId).result();
    expect(receiver.attempts.at(-1)?.id).toBe(id);
    expect(await redeliver()).not.toContain(delivery.workflowId);
  });
});
