import { requestNumber, type FindDecision } from '../../src/activities/request-number';
import { AsappError } from '../../src/asapp/error';
import type { CreatedTransfer } from '../../src/asapp/port';
import { answerTo, usTransfer } from '../asapp/with-asapp';
import { activityEnvironment, attemptInfo, SERVER_NOW } from '../support/activity-environment';
import { earlierDecision } from '../support/conversations';
import { created, FakeCallTransfers, minute, resource } from '../support/fake-call-transfers';

const never = () => new AbortController().signal;

/** Finds this decision, and remembers for what it was asked. */
function finding(decision = earlierDecision()) {
  const asked: string[][] = [];
  const findDecision: FindDecision = (conversationId, transferId) => {
    asked.push([conversationId, transferId]);
    return Promise.resolve(decision);
  };
  return { asked, findDecision };
}

const request = (
  answer: CreatedTransfer | Error,
  { info = attemptInfo(), findDecision = finding().findDecision } = {},
) =>
  activityEnvironment(info).run(() =>
    requestNumber(new FakeCallTransfers().willCreate(answer), usTransfer, { findDecision, signal: never() }),
  );

test('ASAPP is asked once, with what the leg was requested with, and until the signal', async () => {
  const asapp = new FakeCallTransfers().willCreate(created());
  const inputContext = { taskName: 'call_routing', inputVariables: { accountNumber: '3434' } };
  const { findDecision } = finding();
  const signal = never();
  await activityEnvironment(attemptInfo()).run(() =>
    requestNumber(asapp, { ...usTransfer, inputContext }, { findDecision, signal }),
  );

  expect(asapp.requests).toEqual(['POST conv-1-a']);
  expect(asapp.posted).toEqual([{ ...usTransfer, inputContext }]);
  expect(asapp.limits[0]?.signal).toBe(signal);
});

describe('the expiry of a number, on the clock of the server,', () => {
  /** The second attempt, a second and a half after the first. */
  const second = attemptInfo({ attempt: 2, currentAttemptScheduledTimestampMs: SERVER_NOW + 1500 });

  it('is its lifetime from when this attempt was scheduled, for a new transfer', async () => {
    expect(await request(created(), { info: second })).toEqual({
      destination: { type: 'PHONE_NUMBER', transferNumber: '+19991234', country: 'US' },
      expiresAt: SERVER_NOW + 1500 + 60_000,
    });
  });

  it('is what is left of it where ASAPP does not say when it was created', async () => {
    const assigned = minute({ lifetimeMs: undefined, leftMs: 58_000 });

    expect(await request(created({ assigned }), { info: second })).toMatchObject({
      expiresAt: SERVER_NOW + 1500 + 58_000,
    });
  });

  it.each([
    ['what is left of it', minute({ leftMs: 40_000 }), 1500 + 40_000],
    ['its lifetime from the first attempt', minute({ leftMs: 59_000 }), 60_000],
    [
      'what is left of it, if nothing else is known',
      minute({ lifetimeMs: undefined, leftMs: 59_000 }),
      60_500,
    ],
  ])('is the earlier of two for a transfer that existed: %s', async (_, assigned, afterMs) => {
    expect(await request(created({ existed: true, assigned }), { info: second })).toMatchObject({
      expiresAt: SERVER_NOW + afterMs,
    });
  });

  it.each([
    ['new', false, 60_000],
    ['new', false, -60_000],
    ['known', true, 60_000],
    ['known', true, -60_000],
  ])(
    'is the same for a %s transfer, however far ASAPP’s clock is off: %s, %d ms',
    async (_, existed, offMs) => {
      const iso = (sinceMs: number) => new Date(SERVER_NOW + offMs + sinceMs).toISOString();
      const asapp = new FakeCallTransfers();
      const body = {
        id: 'conv-1-a',
        externalConversationId: 'conv-1',
        createdAt: iso(0),
        phoneNumber: { transferNumber: '+19991234', expireAt: iso(60_000) },
      };
      const headers = { date: new Date(SERVER_NOW + offMs + 2000).toUTCString() };
      asapp.willCreate(
        answerTo({ body, headers }, async (http) => ({ ...(await http.create(usTransfer)), existed })),
      );
      const { findDecision } = finding();
      const { expiresAt } = await activityEnvironment(second).run(() =>
        requestNumber(asapp, usTransfer, { findDecision, signal: never() }),
      );

      // Known: 57 s were left when ASAPP answered, and no more than that is certain.
      expect(expiresAt).toBe(SERVER_NOW + 1500 + (existed ? 57_000 : 60_000));
    },
  );
});

describe('a transfer under an id that existed', () => {
  it.each(['ONGOING', 'COMPLETED', 'EXPIRED'] as const)(
    "is a conflict where it is %s: its number may be a stranger's; an earlier decision comes along",
    async (status) => {
      const { asked, findDecision } = finding();
      const answer = created({ transfer: resource({ status }), existed: true, assigned: undefined });

      await expect(request(answer, { findDecision })).rejects.toMatchObject({
        type: 'TransferIdConflict',
        nonRetryable: true,
        message: `transferId: conv-1-a is not new, its transfer is ${status}`,
        details: [earlierDecision()],
      });
      expect(asked).toEqual([['conv-1', 'conv-1-a']]);
    },
  );

  it('has no decision in its conflict where there is none', async () => {
    const answer = created({
      transfer: resource({ status: 'COMPLETED' }),
      existed: true,
      assigned: undefined,
    });

    await expect(request(answer, { findDecision: () => Promise.resolve(null) })).rejects.toMatchObject({
      type: 'TransferIdConflict',
      details: [null],
    });
  });

  it.each([
    ['ACTIVE', 'conv-2'],
    ['ONGOING', 'conv-2'],
    ['COMPLETED', 'conv-2'],
    ['EXPIRED', 'conv-2'],
    ['ACTIVE', undefined],
    ['COMPLETED', undefined],
  ] as const)(
    'is a conflict where it is not known to be this conversation’s, and no decision is looked for: %s of %p',
    async (status, externalConversationId) => {
      const { asked, findDecision } = finding();
      const transfer = resource({ status, externalConversationId });

      await expect(request(created({ transfer, existed: true }), { findDecision })).rejects.toMatchObject({
        type: 'TransferIdConflict',
        nonRetryable: true,
        message: 'transferId: conv-1-a belongs to another conversation',
        details: [],
      });
      expect(asked).toEqual([]);
    },
  );
});

describe('an answer to a new transfer', () => {
  it.each([
    ['is of another conversation', { externalConversationId: 'conv-2' }, 'belongs to another conversation'],
    ['is connected already', { status: 'ONGOING' as const }, 'its transfer is ONGOING'],
    ['is over already', { status: 'COMPLETED' as const }, 'its transfer is COMPLETED'],
    ['is expired already', { status: 'EXPIRED' as const }, 'its transfer is EXPIRED'],
  ])('that %s cannot be used, and says why; no decision is looked for', async (_, more, why) => {
    const { asked, findDecision } = finding();
    const answer = created({ transfer: resource(more), assigned: undefined });

    await expect(request(answer, { findDecision })).rejects.toMatchObject({
      type: 'AsappResponseInvalid',
      nonRetryable: true,
      message: expect.stringContaining(why) as string,
    });
    expect(asked).toEqual([]);
  });

  it('that does not name its conversation is ours', async () => {
    const transfer = resource({ externalConversationId: undefined });

    expect(await request(created({ transfer }))).toMatchObject({ expiresAt: SERVER_NOW + 60_000 });
  });
});

test('no refusal names a number', async () => {
  const transfer = resource({ externalConversationId: 'conv-2' });

  await expect(request(created({ transfer, existed: true }))).rejects.toMatchObject({
    message: expect.not.stringContaining('9991234') as string,
  });
});

test("ASAPP's own errors are passed on as they are", async () => {
  const error = new AsappError('serverError', 'ASAPP answered 503', 503);

  await expect(request(error)).rejects.toBe(error);
});
