import { requestNumber } from '../../src/activities/request-number';
import { AsappError } from '../../src/asapp/error';
import { FakeCallTransfers, resource } from '../support/fake-call-transfers';

const input = { conversationId: 'conv-1', transferId: 'conv-1-a', country: 'US' };
const MARGIN_MS = 12_000;

const request = (asapp: FakeCallTransfers) => requestNumber(asapp, input, MARGIN_MS);

test.each([
  ['a new transfer', false],
  ['a transfer that an earlier attempt created', true],
])('the number of %s is handed out, with the last moment to dial it', async (_, existed) => {
  const asapp = new FakeCallTransfers().willCreate({ transfer: resource(), existed });

  expect(await request(asapp)).toEqual({
    transferNumber: '+19991234',
    country: 'US',
    expiresAt: Date.parse('2025-06-19T13:39:00Z'),
    dialBy: Date.parse('2025-06-19T13:38:48Z'),
  });
});

test('ASAPP is asked once, with what the leg was asked for with', async () => {
  const asapp = new FakeCallTransfers().willCreate({ transfer: resource(), existed: false });
  const inputContext = { taskName: 'call_routing', inputVariables: { accountNumber: '3434' } };
  await requestNumber(asapp, { ...input, inputContext }, MARGIN_MS);

  expect(asapp.requests).toEqual(['POST conv-1-a']);
  expect(asapp.posted).toEqual([{ ...input, inputContext }]);
});

test('a number without a country is one of the country that was asked for', async () => {
  const phoneNumber = { transferNumber: '+19991234', country: undefined, expiresAt: '2025-06-19T13:39:00Z' };
  const asapp = new FakeCallTransfers().willCreate({ transfer: resource({ phoneNumber }), existed: false });

  expect(await request(asapp)).toMatchObject({ country: 'US' });
});

describe('a transfer under an id that existed', () => {
  it.each(['ONGOING', 'COMPLETED', 'EXPIRED'] as const)(
    "is a conflict where it is %s: its number may be a stranger's",
    async (status) => {
      const asapp = new FakeCallTransfers().willCreate({ transfer: resource({ status }), existed: true });

      await expect(request(asapp)).rejects.toMatchObject({
        type: 'TransferIdConflict',
        nonRetryable: true,
        message: `transferId: conv-1-a is not new, its transfer is ${status}`,
      });
    },
  );

  it.each(['ACTIVE', 'ONGOING', 'COMPLETED', 'EXPIRED'] as const)(
    'is a conflict where it is another conversation’s, %s',
    async (status) => {
      const transfer = resource({ status, externalConversationId: 'conv-2' });
      const asapp = new FakeCallTransfers().willCreate({ transfer, existed: true });

      await expect(request(asapp)).rejects.toMatchObject({
        type: 'TransferIdConflict',
        nonRetryable: true,
        message: 'transferId: conv-1-a belongs to another conversation',
      });
    },
  );
});

describe('an answer to a new transfer', () => {
  it.each([
    ['is of another conversation', { externalConversationId: 'conv-2' }, 'belongs to another conversation'],
    ['is connected already', { status: 'ONGOING' as const }, 'its transfer is ONGOING'],
    ['is over already', { status: 'COMPLETED' as const }, 'its transfer is COMPLETED'],
    ['is expired already', { status: 'EXPIRED' as const }, 'its transfer is EXPIRED'],
    ['has no number', { phoneNumber: undefined }, 'phoneNumber: is missing'],
  ])('that %s cannot be used, and says why', async (_, more, why) => {
    const asapp = new FakeCallTransfers().willCreate({ transfer: resource(more), existed: false });

    await expect(request(asapp)).rejects.toMatchObject({
      type: 'AsappResponseInvalid',
      nonRetryable: true,
      message: expect.stringContaining(why) as string,
    });
  });
});

test('no refusal names a number', async () => {
  const asapp = new FakeCallTransfers().willCreate({
    transfer: resource({ status: 'COMPLETED' }),
    existed: true,
  });

  await expect(request(asapp)).rejects.toMatchObject({
    message: expect.not.stringContaining('9991234') as string,
  });
});

test("ASAPP's own errors are passed on as they are", async () => {
  const error = new AsappError('serverError', 'ASAPP answered 503', 503);

  await expect(request(new FakeCallTransfers().willCreate(error))).rejects.toBe(error);
});
