/** Going live in steps: who may go to GenerativeAgent, and what becomes of the others. */
import type { Admission } from '../../src/index';
import { connected, decisionIn, hungUp, newRequest } from '../support/calls';
import { withCallTransfer, type CallTransferUnderTest } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

let current: Admission = {};
const admission = () => current;
const settings = { reconnectWindowMs: { TRANSFER_UNAVAILABLE: 60_000 } };

async function withAdmission(
  first: Admission,
  body: (underTest: CallTransferUnderTest) => Promise<void>,
): Promise<void> {
  current = first;
  await withRealServer({}, (env) => withCallTransfer(env, { admission, settings }, body));
}

const requestsFor = ({ sandbox }: CallTransferUnderTest, id: string) => sandbox.requestsFor(id);

describe('a conversation that may not go to GenerativeAgent', () => {
  it('gets its route at once, with a reason of its own, and costs ASAPP nothing', async () => {
    await withAdmission({ enabled: false }, async (underTest) => {
      const request = newRequest();
      const decision = decisionIn(await underTest.client.requestTransfer(request));

      expect(decision).toMatchObject({
        outcome: 'TRANSFER_UNAVAILABLE',
        reason: 'NOT_ADMITTED',
        fallback: true,
        route: { type: 'QUEUE', queue: 'agents' },
      });
      expect(requestsFor(underTest, request.transferId)).toEqual([]);
    });
  });

  it('stays out with its next leg', async () => {
    await withAdmission({ share: 0 }, async (underTest) => {
      const { conversationId } = decisionIn(await underTest.client.requestTransfer(newRequest()));
      const again = newRequest({ conversationId, transferId: `${conversationId}-b` });

      expect(decisionIn(await underTest.client.requestTransfer(again))).toMatchObject({
        reason: 'NOT_ADMITTED',
      });
      expect(requestsFor(underTest, again.transferId)).toEqual([]);
    });
  });

  it('is let through with its next leg, once it may', async () => {
    await withAdmission({ share: 0 }, async (underTest) => {
      const { conversationId } = decisionIn(await underTest.client.requestTransfer(newRequest()));
      current = { share: 100 };

      const { transferId } = await connected(underTest, {
        conversationId,
        transferId: `${conversationId}-b`,
      });
      expect(requestsFor(underTest, transferId)).toEqual(['POST']);
    });
  });
});

test('a reconnection of a conversation that was let through is, too, whatever is switched meanwhile', async () => {
  await withAdmission({}, async (underTest) => {
    const { conversationId } = await hungUp(underTest);
    current = { enabled: false };
    await hungUp(underTest, { conversationId, transferId: `${conversationId}-b` });
    const third = await hungUp(underTest, { conversationId, transferId: `${conversationId}-c` });

    expect(third.decision.legs).toHaveLength(3);
  });
});
