import { ConversationNotFoundError, NoAnswerError, type CallTransferClient } from '../../src';
import type { LegDisconnected } from '../../src/call-control';
import { NextSteps } from '../../src/call-control/next-steps';
import { eventually } from '../support/calls';

const event: LegDisconnected = {
  type: 'leg.disconnected',
  data: { conversationId: 'conv-1', transferId: 'conv-1-a', by: 'GENERATIVE_AGENT' },
};

const log = { warn: () => undefined };

/** Steps of a Temporal that gives no answer, and is told what the answers say. */
function stepsOf(...answers: (Error | boolean)[]) {
  const told: unknown[] = [];
  const client = {
    reportDisconnect: () => Promise.reject(new NoAnswerError('away')),
    signalDisconnected: (conversationId: string, report: object) => {
      told.push({ conversationId, ...report });
      const answer = answers.shift() ?? true;
      return typeof answer === 'boolean' ? Promise.resolve(answer) : Promise.reject(answer);
    },
  } as unknown as CallTransferClient;
  const steps = new NextSteps({ client, fallbackRoute: { type: 'QUEUE', queue: 'fallback' } });
  return { steps, told };
}

test('a disconnect whose caller got the fallback route is told as soon as Temporal is back', async () => {
  const { steps, told } = stepsOf(new NoAnswerError('still away'), true);
  expect(await steps.after(event, log)).toMatchObject({ action: 'ROUTE' });
  await eventually(() => Promise.resolve(told.length === 2));
  expect(told[1]).toMatchObject({ ...event.data });
  steps.close(log);
});

test('nobody is told again where there is nobody to tell', async () => {
  const { steps, told } = stepsOf(new ConversationNotFoundError('conv-1'));
  await steps.after(event, log);
  await eventually(() => Promise.resolve(told.length === 1));
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(told).toHaveLength(1);
  steps.close(log);
});
