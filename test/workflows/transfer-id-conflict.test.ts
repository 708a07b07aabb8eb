import { newRequest } from '../support/calls';
import { withCallTransfer } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

describe('a transfer id that was used before', () => {
  it.each([
    [
      'its transfer is completed',
      { ownConversation: true, before: ['callArrives', 'callerHangsUp'], hours: 0 },
    ],
    ['its transfer is ongoing', { ownConversation: true, before: ['callArrives'], hours: 0 }],
    ['its transfer is expired', { ownConversation: true, before: [], hours: 1 }],
    ["it is another conversation's", { ownConversation: false, before: [], hours: 0 }],
  ])(
    'is refused where %s, and the conversation falls back',
    async (_, { ownConversation, before, hours }) => {
      let ahead = 0;
      await withRealServer({}, (env) =>
        withCallTransfer(env, { sandbox: { now: () => Date.now() + ahead } }, async ({ client, sandbox }) => {
          const request = newRequest();
          const { conversationId, transferId } = request;
          const owner = ownConversation ? conversationId : 'another-conversation';
          const used = sandbox.exchange.create(
            transferId,
            owner,
            { type: 'PHONE_NUMBER', country: 'US' },
            undefined,
          );
          if (before.includes('callArrives')) sandbox.exchange.callArrives(used?.transferNumber ?? '');
          if (before.includes('callerHangsUp')) sandbox.exchange.callerHangsUp(transferId);
          ahead = hours * 3_600_000;

          await expect(client.requestTransfer(request)).rejects.toMatchObject({
            type: 'TransferIdConflict',
            message: expect.stringContaining(`transferId: ${transferId} was used before`) as string,
          });

          expect(await client.result(conversationId)).toMatchObject({
            transferId,
            outcome: 'TRANSFER_UNAVAILABLE',
            route: { type: 'QUEUE', queue: 'agents' },
            fallback: true,
            reason: 'TRANSFER_ID_CONFLICT',
          });
          expect(sandbox.requestsFor(transferId)).toEqual(['POST', 'GET']);
        }),
      );
    },
  );

  it('is answered with its number where it is active, and this very conversation’s', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async ({ client, sandbox }) => {
        const request = newRequest();
        const { conversationId, transferId } = request;
        const before = sandbox.exchange.create(
          transferId,
          conversationId,
          { type: 'PHONE_NUMBER', country: 'US' },
          undefined,
        );

        expect(await client.requestTransfer(request)).toMatchObject({
          action: 'DIAL',
          leg: { transferId, transferNumber: before?.transferNumber },
        });
      }),
    );
  });
});
