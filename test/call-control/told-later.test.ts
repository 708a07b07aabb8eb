import { ConversationNotFoundError, NoAnswerError, type CallTransferClient } from '../../src';
import type { LegDisconnected } from '../../src/call-control';
import { NextSteps } from '../../src/call-control/next-steps';
import { ToldLater } from '../../src/call-control/told-later';
import { eventually } from '../support/calls';
import { keptLog } from '../support/with-gateway';

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

test('while Temporal is away one report tries at a time, and then each is told once', async () => {
  let isAway = true;
  let tries = 0;
  const told: string[] = [];
  const later = new ToldLater(async ({ data: { transferId } }) => {
    tries++;
    await Promise.resolve();
    if (isAway) throw new NoAnswerError('away');
    told.push(transferId);
  });
  const ids = Array.from({ length: 500 }, (_, index) => `leg-${index}`);
  for (const transferId of ids) later.add({ ...event, data: { ...event.data, transferId } }, log);
  await new Promise((resolve) => setTimeout(resolve, 1700));
  expect(tries).toBeGreaterThan(0);
  expect(tries).toBeLessThan(5);
  isAway = false;
  await eventually(() => Promise.resolve(told.length === ids.length));
  expect([...told].sort()).toEqual([...ids].sort());
  later.close(log);
});

test('what was not told is in the log when the gateway closes, and so is what comes after', () => {
  const { logger, lines } = keptLog();
  const later = new ToldLater(() => Promise.reject(new NoAnswerError('away')));
  later.add(event, logger);
  later.close(logger);
  later.add({ ...event, data: { ...event.data, transferId: 'conv-1-b' } }, logger);
  const givenUp = { conversationId: 'conv-1', why: 'the gateway is closing' };
  expect(lines).toMatchObject([
    [{ ...givenUp, transferId: 'conv-1-a' }, expect.any(String)],
    [{ ...givenUp, transferId: 'conv-1-b' }, expect.any(String)],
  ]);
});

test('of too many the oldest is given up, and that is said', () => {
  const { logger, lines } = keptLog();
  const later = new ToldLater(() => Promise.reject(new NoAnswerError('away')));
  for (let count = 0; count <= 20_000; count++) {
    later.add({ ...event, data: { ...event.data, transferId: `leg-${count}` } }, logger);
  }
  expect(lines).toMatchObject([[{ transferId: 'leg-0', why: 'too many wait' }, expect.any(String)]]);
  later.close({ warn: () => undefined });
});
