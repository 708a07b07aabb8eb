import { fetchTransfer } from '../../src/activities/fetch-transfer';
import { AsappError } from '../../src/asapp/error';
import { FakeCallTransfers, resource } from '../support/fake-call-transfers';
import { connected, dialledLegAfter, disconnected } from '../support/legs';

const input = {
  conversationId: 'conv-1',
  leg: dialledLegAfter(connected(5), disconnected(30)),
  legNumber: 1,
  route: true,
  untilEnded: false,
};

const fetch = (transfer: ReturnType<typeof resource> | Error) =>
  fetchTransfer(new FakeCallTransfers().willRead(transfer), input);

const times = { callReceivedAt: '2025-06-19T13:38:05Z', completedAt: '2025-06-19T15:38:30+02:00' };

test('a completed transfer is told with its times and all of its context', async () => {
  const outputContext = {
    transferType: 'AGENT',
    currentTaskName: 'billing',
    referenceVariables: { isVerified: true },
    transferVariables: { accountNumber: '3434' },
  };

  expect(await fetch(resource({ status: 'COMPLETED', ...times, outputContext }))).toEqual({
    status: 'COMPLETED',
    callReceivedAt: Date.parse('2025-06-19T13:38:05Z'),
    completedAt: Date.parse('2025-06-19T13:38:30Z'),
    outputContext,
  });
});

test('what a context leaves out is empty', async () => {
  const outputContext = {
    transferType: 'SYSTEM',
    currentTaskName: undefined,
    referenceVariables: undefined,
    transferVariables: undefined,
  };

  expect(await fetch(resource({ status: 'COMPLETED', outputContext }))).toMatchObject({
    outputContext: {
      transferType: 'SYSTEM',
      currentTaskName: null,
      referenceVariables: {},
      transferVariables: {},
    },
  });
});

test.each(['ACTIVE', 'ONGOING', 'COMPLETED', 'EXPIRED'] as const)(
  'a look answers whatever ASAPP shows: %s',
  async (status) => {
    expect(await fetch(resource({ status }))).toEqual({
      status,
      callReceivedAt: null,
      completedAt: null,
      outputContext: null,
    });
  },
);

test("another conversation's transfer is never told", async () => {
  const transfer = resource({ status: 'COMPLETED', externalConversationId: 'conv-2' });

  await expect(fetch(transfer)).rejects.toMatchObject({
    type: 'TransferIdConflict',
    nonRetryable: true,
    message: 'transferId: conv-1-a belongs to another conversation',
  });
});

test('ASAPP is asked once, for the transfer of the leg', async () => {
  const asapp = new FakeCallTransfers().willRead(resource());
  await fetchTransfer(asapp, input);

  expect(asapp.requests).toEqual(['GET conv-1-a']);
});

test("ASAPP's own errors are passed on as they are", async () => {
  const error = new AsappError('notFound', 'ASAPP answered 404', 404);

  await expect(fetch(error)).rejects.toBe(error);
});
