import { readAssigned } from '../../src/asapp/answer';

import { answerTo, failureOf, usTransfer } from './with-asapp';

const CREATED_AT = Date.parse('2025-06-19T13:38:00Z');
const EXPIRES_AT = CREATED_AT + 60_000;
/** ASAPP says the end of a second, and answers within it. */
const DATE = 'Thu, 19 Jun 2025 13:38:02 GMT';
const requested = 'US';
const iso = (at: number) => new Date(at).toISOString();

const assign = (
  createdAt: number | undefined,
  { date, now = CREATED_AT }: { date?: string | undefined; now?: number },
) => {
  const phoneNumber = { transferNumber: '+19991234', expireAt: iso(EXPIRES_AT) };
  const text = JSON.stringify({ createdAt: createdAt && iso(createdAt), phoneNumber });
  const answer = { request: 'POST /', status: 200, retryAfter: undefined, date, text };
  return readAssigned(answer, requested, now);
};

describe('what ASAPP assigns', () => {
  it('lives from its creation to its expiry, by two times of ASAPP’s', () => {
    expect(assign(CREATED_AT, { date: DATE })).toEqual({
      destination: { type: 'PHONE_NUMBER', transferNumber: '+19991234', country: 'US' },
      lifetimeMs: 60_000,
      leftMs: 57_000,
    });
  });

  it('has no lifetime where ASAPP does not say when it was created; what is left of it is known', () => {
    expect(assign(undefined, { date: DATE })).toMatchObject({ lifetimeMs: undefined, leftMs: 57_000 });
  });

  it.each([60_000, -60_000, 3_600_000, -3_600_000])(
    'has the same life, however far this clock is from ASAPP’s: %d ms',
    (offMs) => {
      const now = CREATED_AT + offMs;

      expect(assign(CREATED_AT, { date: DATE, now })).toEqual(assign(CREATED_AT, { date: DATE }));
    },
  );

  it.each([undefined, '', 'soon'])('has what this clock says left, where the header Date is %p', (date) => {
    expect(assign(undefined, { date, now: CREATED_AT + 10_000 }).leftMs).toBe(50_000);
  });

  it('is never left for longer than ASAPP’s default by this clock alone, which may be slow', () => {
    expect(assign(undefined, { now: CREATED_AT - 3_600_000 }).leftMs).toBe(60_000);
  });
});

describe('the answer over HTTP', () => {
  const body = (number: Record<string, unknown>, more = {}) => ({
    id: 'conv-1-a',
    externalConversationId: 'conv-1',
    ...more,
    phoneNumber: { transferNumber: '+19991234', ...number },
  });
  const assignedBy = async (answer: unknown, headers: Record<string, string> = { date: DATE }) =>
    (await answerTo({ body: answer, headers }, (asapp) => asapp.create(usTransfer))).assigned;

  it.each([
    [{ expireAt: '2025-06-19T13:39:00Z' }],
    [{ expiresAt: '2025-06-19T13:39:00Z' }],
    [{ expireAt: null, expiresAt: '2025-06-19T13:39:00Z' }],
    [{ expireAt: '2025-06-19T13:39:00Z', expiresAt: null }],
    [{ expireAt: '2025-06-19T13:39:00+0000' }],
    [{ expireAt: '2025-06-19T15:39:00+02:00' }],
  ])('may name the expiry as the guide or the reference does: %j', async (expiry) => {
    expect(await assignedBy(body(expiry, { createdAt: '2025-06-19T13:38:00Z' }))).toMatchObject({
      lifetimeMs: 60_000,
      leftMs: 57_000,
    });
  });

  it('has the lifetime of ASAPP’s configuration, whatever that is', async () => {
    const answer = body({ expireAt: '2025-06-19T13:43:00Z' }, { createdAt: '2025-06-19T13:38:00Z' });

    expect(await assignedBy(answer)).toMatchObject({ lifetimeMs: 300_000, leftMs: 297_000 });
  });

  it.each(['yesterday', '', 1750340280, null])(
    'may have a createdAt that cannot be read: %j',
    async (createdAt) => {
      expect(await assignedBy(body({ expireAt: '2025-06-19T13:39:00Z' }, { createdAt }))).toMatchObject({
        lifetimeMs: undefined,
        leftMs: 57_000,
      });
    },
  );

  it('is refused without an expiry: nobody knows how long the number is the customer’s', async () => {
    const failure = await answerTo({ body: body({}) }, (asapp) => failureOf(asapp.create(usTransfer)));

    expect(failure).toMatchObject({
      kind: 'responseInvalid',
      message: expect.stringContaining('phoneNumber.expireAt: is missing') as string,
    });
  });
});
