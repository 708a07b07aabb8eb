import { dialing, legIn, workflowOf } from '../support/calls';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

const SECOND = 1000;

describe.each([
  ['60 s ahead', 60 * SECOND],
  ['an hour behind', -3600 * SECOND],
])("ASAPP's clock %s", (_, aheadMs) => {
  const sandbox = { now: () => Date.now() + aheadMs, numberTtlMs: 16 * SECOND };

  it.each([
    ['says when a transfer was created', {}],
    ['says only when it answered', { createdAt: null }],
  ])('changes nothing in how long a number may be dialled: it %s', async (_how, fields) => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, { sandbox }, async (underTest) => {
        underTest.sandbox.fail({ method: 'POST', times: 'untilHealed', effect: { kind: 'fields', fields } });
        const before = Date.now();
        const call = await dialing(underTest);

        const expiresIn = Date.parse(call.expiresAt) - before;
        expect(expiresIn).toBeGreaterThan(13 * SECOND);
        expect(expiresIn).toBeLessThan(17 * SECOND + (Date.now() - before));
        expect(Date.parse(call.expiresAt) - Date.parse(call.dialBy)).toBe(12 * SECOND);
      }),
    );
  });

  it('counts a number that an earlier attempt got from that attempt on', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, { sandbox: { ...sandbox, numberTtlMs: 60 * SECOND } }, async (underTest) => {
        underTest.sandbox.fail({ method: 'POST', effect: { kind: 'cutAfter' } });
        const before = Date.now();
        const call = await dialing(underTest);

        const expiresIn = Date.parse(call.expiresAt) - before;
        expect(expiresIn).toBeGreaterThan(50 * SECOND);
        expect(expiresIn).toBeLessThan(60 * SECOND + (Date.now() - before));
        expect(underTest.sandbox.requestsFor(call.transferId)).toEqual(['POST', 'POST', 'GET']);
      }),
    );
  });
});

describe('a time that call control gives', () => {
  it.each([
    ['an hour ahead', 3600 * SECOND],
    ['an hour behind', -3600 * SECOND],
  ])('moves no limit of the decision, and is shown within reason: %s', async (_, aheadMs) => {
    const settings = { disconnectDeadlineMs: 1500 };
    await withRealServer({}, (env) =>
      withCallTransfer(env, { settings }, async (underTest) => {
        const { conversationId, transferId, transferNumber } = await dialing(underTest);
        underTest.sandbox.exchange.callArrives(transferNumber);
        await underTest.client.reportConnected(conversationId, { transferId });
        underTest.sandbox.fail({ method: 'GET', times: 'untilHealed', effect: { kind: 'hangAfter' } });
        const at = new Date(Date.now() + aheadMs).toISOString();
        const before = Date.now();
        await underTest.client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT', at });

        expect(Date.now() - before).toBeLessThan(30 * SECOND);
        const [leg] = (await underTest.client.conversation(conversationId)).legs;
        const shown = Date.parse(leg?.disconnectedAt ?? '');
        expect(shown).toBeGreaterThanOrEqual(Date.parse(leg?.connectedAt ?? ''));
        expect(shown).toBeLessThanOrEqual(Date.parse(leg?.endedAt ?? ''));
      }),
    );
  });

  it('is no reason to request a number later or not at all', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { conversationId, transferId } = await dialing(underTest);
        await underTest.client.reportDisconnect(conversationId, {
          transferId,
          by: 'CUSTOMER',
          cause: 'CANCELLED',
        });
        const step = await workflowOf(env, conversationId).executeUpdate('requestTransfer', {
          args: [{ transferId: `${conversationId}-b`, at: '2001-01-01T00:00:00Z' }],
        });
        expect(legIn(step as never).transferId).toBe(`${conversationId}-b`);
      }),
    );
  });
});
