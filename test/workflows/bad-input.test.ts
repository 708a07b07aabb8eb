import { setTimeout as sleep } from 'node:timers/promises';

import type { WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';

import { askPlainly, connected, decisionIn, dialing, newRequest, workflowOf } from '../support/calls';
import { uniqueId } from '../support/unique-id';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

const mistakes: [why: string, wrong: object, message: string][] = [
  ['no conversation', { conversationId: undefined }, 'conversationId: is missing'],
  ['an empty conversation', { conversationId: '' }, 'conversationId: must not be empty'],
  ['a slash in an id', { transferId: 'a/b' }, 'transferId: must not contain "/"'],
  ['no country', { country: undefined }, 'country: is missing'],
  ['a country that does not exist', { country: 'XX' }, 'country: must be an ISO 3166-1 alpha-2 country code'],
  [
    'an input variable that is no string',
    { inputContext: { inputVariables: { accountNumber: 3434 } } },
    'inputContext.inputVariables.accountNumber: ',
  ],
  [
    'more variables than Temporal takes twice',
    { inputContext: { inputVariables: { accountNumber: '3'.repeat(1_900_000) } } },
    'inputContext.inputVariables: must have at most 1048576 bytes as JSON',
  ],
  ['an empty task name', { inputContext: { taskName: '' } }, 'inputContext.taskName: must not be empty'],
];

describe('a conversation that is started with bad input', () => {
  it.each(mistakes)('fails and names the field: %s', async (_, wrong, message) => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async ({ sandbox, taskQueue }) => {
        const before = sandbox.requests.length;
        const workflow = await env.client.workflow.start('callTransferWorkflow', {
          workflowId: uniqueId('bad-input'),
          taskQueue,
          args: [{ ...newRequest(), ...wrong }],
        });

        await expect(workflow.result()).rejects.toMatchObject({
          cause: {
            type: 'InvalidInput',
            nonRetryable: true,
            message: expect.stringContaining(message) as string,
          },
        });
        expect(sandbox.requests).toHaveLength(before);
      }),
    );
  });

  it.each([[undefined], [null], ['conv-1'], [[]]])(
    'fails where the input is no object: %j',
    async (input) => {
      await withRealServer({}, (env) =>
        withCallTransfer(env, {}, async ({ taskQueue }) => {
          const workflow = await env.client.workflow.start('callTransferWorkflow', {
            workflowId: uniqueId('bad-input'),
            taskQueue,
            args: input === undefined ? [] : [input],
          });
          await expect(workflow.result()).rejects.toMatchObject({ cause: { type: 'InvalidInput' } });
        }),
      );
    },
  );

  it('is refused to whoever asks together with the start', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { sandbox } = underTest;
        const before = sandbox.requests.length;
        const { conversationId } = newRequest();
        const workflowId = `call-transfer/${conversationId}`;

        await expect(
          askPlainly(underTest, { conversationId, country: 'XX' }, { workflowId, request: {} }),
        ).rejects.toMatchObject({
          cause: { type: 'InvalidInput', message: expect.stringContaining('country: ') as string },
        });
        await expect(workflowOf(env, conversationId).result()).rejects.toMatchObject({
          cause: { type: 'InvalidInput' },
        });
        expect(sandbox.requests).toHaveLength(before);
      }),
    );
  });

  it.each([
    ['before a good one', [{ country: 'XX' }, {}], [/country: /, /country: /]],
    ['after a good one', [{}, { country: 'XX' }], [/^DIAL$/, /country: /]],
  ])('answers each request that waits for the first worker, a bad one %s', async (_, requests, answers) => {
    await withRealServer({}, async (env) => {
      const taskQueue = uniqueId('waits');
      const input = newRequest();
      const workflowId = `call-transfer/${input.conversationId}`;
      await env.client.workflow.start('callTransferWorkflow', { workflowId, taskQueue, args: [input] });
      const asked: Promise<string>[] = [];
      for (const request of requests) {
        const answer = askPlainly({ env, taskQueue }, input, { workflowId, request });
        asked.push(
          answer.then(
            ({ action }) => action,
            (error: unknown) => String((error as WorkflowUpdateFailedError).cause?.message),
          ),
        );
        // They are heard in the order in which the server has them.
        await sleep(200);
      }
      const said = await withCallTransfer(env, { worker: { taskQueue } }, () => Promise.all(asked));
      expect(said).toEqual(answers.map((answer) => expect.stringMatching(answer) as string));
    });
  });

  it('fails where the workflow id is that of another conversation', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const before = underTest.sandbox.requests.length;
        const workflowId = `call-transfer/${uniqueId('another')}`;
        await expect(askPlainly(underTest, newRequest(), { workflowId, request: {} })).rejects.toMatchObject({
          cause: { type: 'InvalidInput', message: expect.stringContaining('conversationId: ') as string },
        });
        expect(underTest.sandbox.requests).toHaveLength(before);
      }),
    );
  });

  it('is not even sent by the typed client', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { conversationId } = await dialing(underTest);
        const request = newRequest({ country: 'Narnia' });
        await expect(underTest.client.requestTransfer(request)).rejects.toMatchObject({
          type: 'InvalidInput',
          message: expect.stringContaining('country: ') as string,
        });
        await expect(underTest.client.conversation(request.conversationId)).rejects.toMatchObject({
          name: 'ConversationNotFoundError',
        });
        await expect(
          underTest.client.reportDisconnect(conversationId, { transferId: '' }),
        ).rejects.toMatchObject({ type: 'InvalidInput' });
      }),
    );
  });
});

const update = (workflow: WorkflowHandle, name: string, payload: unknown) =>
  workflow.executeUpdate(name, { args: [payload] });

describe('a bad update to a conversation', () => {
  it.each([
    ['requestTransfer', { country: 'XX' }, 'InvalidInput', 'country: '],
    ['requestTransfer', { at: 'yesterday' }, 'InvalidInput', 'at: '],
    ['requestTransfer', 'conv-1-a', 'InvalidInput', 'TransferRequest: '],
    ['reportDisconnect', {}, 'InvalidInput', 'transferId: is missing'],
    ['reportDisconnect', { transferId: 'a', by: 'THE_CAT' }, 'InvalidInput', 'by: '],
    ['reportDisconnect', { transferId: 'a' }, 'UnknownLeg', 'transferId: this conversation has no leg a'],
  ])('is refused and changes nothing: %s %j', async (name, payload, type, message) => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { conversationId } = await dialing(underTest);
        const workflow = workflowOf(env, conversationId);

        await expect(update(workflow, name, payload)).rejects.toMatchObject({
          cause: { type, message: expect.stringContaining(message) as string },
        });
        expect(await underTest.client.conversation(conversationId)).toMatchObject({
          phase: 'DIALING',
          decision: null,
          ignoredEvents: { count: 0 },
        });
      }),
    );
  });
});

describe('a bad signal to a conversation', () => {
  it('is ignored, and visible', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { conversationId } = await connected(underTest);
        const workflow = workflowOf(env, conversationId);

        for (const payload of [undefined, null, {}, { transferId: 7 }, 'over', []]) {
          await workflow.signal('disconnected', payload);
        }
        await workflow.signal('connected', {});

        const ignored = { event: 'disconnected', transferId: null, why: 'the payload is not valid' };
        expect(await underTest.client.conversation(conversationId)).toMatchObject({
          phase: 'CONNECTED',
          decision: null,
          ignoredEvents: {
            count: 7,
            latest: [
              ignored,
              ignored,
              ignored,
              ignored,
              ignored,
              ignored,
              { ...ignored, event: 'connected' },
            ],
          },
        });
      }),
    );
  });

  it('is heard as far as it can be understood', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId, transferId } = await connected(underTest);
        sandbox.exchange.callerHangsUp(transferId);

        await workflowOf(env, conversationId).signal('disconnected', {
          transferId,
          by: 'CUSTOMER',
          at: 'now',
        });

        const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
        expect(decisionIn(step)).toMatchObject({ outcome: 'CUSTOMER_HUNG_UP', fallback: false });
      }),
    );
  });
});
