import { decisionIn, dialing, eventually, newRequest } from '../support/calls';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

describe('a customer who hangs up while the number is being requested', () => {
  it.each([{ by: 'CUSTOMER' }, { by: 'UNKNOWN' }, { by: 'CUSTOMER', cause: 'CANCELLED' }] as const)(
    'gets no number: %j',
    async (report) => {
      await withRealServer({}, (env) =>
        withCallTransfer(env, {}, async ({ client, sandbox }) => {
          sandbox.fail({ method: 'POST', effect: { kind: 'latency', ms: 2000 } });
          const request = newRequest();
          const { conversationId, transferId } = request;
          const asked = client.requestTransfer(request);
          // The conversation can be asked once its first workflow task is over.
          await eventually(() => client.conversation(conversationId).catch(() => undefined));

          const step = await client.reportDisconnect(conversationId, { transferId, ...report });

          expect(decisionIn(step)).toMatchObject({
            transferId,
            outcome: 'CUSTOMER_HUNG_UP',
            route: { type: 'HANG_UP' },
            fallback: false,
            reason: null,
            legs: [{ connectedAt: null, detectedBy: 'DISCONNECT_REPORT' }],
          });
          expect(decisionIn(await asked)).toEqual(decisionIn(step));
          expect(await client.conversation(conversationId)).toMatchObject({
            phase: 'ENDED',
            nextStep: { action: 'ROUTE' },
          });
        }),
      );
    },
  );
});

describe('a customer who hangs up while it rings', () => {
  it.each([
    { by: 'CUSTOMER', cause: 'CANCELLED' },
    { by: 'CUSTOMER', cause: 'NORMAL' },
    { by: 'UNKNOWN', cause: 'CANCELLED' },
  ] as const)('has hung up, and that is no fault: %j', async (report) => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { client } = underTest;
        const { conversationId, transferId } = await dialing(underTest);

        const step = await client.reportDisconnect(conversationId, { transferId, ...report });

        expect(decisionIn(step)).toMatchObject({
          transferId,
          outcome: 'CUSTOMER_HUNG_UP',
          route: { type: 'HANG_UP' },
          fallback: false,
          reason: null,
        });
        const again = await client.requestTransfer(
          newRequest({ conversationId, transferId: `${conversationId}-b` }),
        );
        expect(again.action).toBe('DIAL');
      }),
    );
  });
});
