import type { NextStep } from '../../src/index';
import { askPlainly, decisionIn, hungUp, newRequest, workflowOf } from '../support/calls';
import { withCallTransfer, type CallTransferUnderTest } from '../support/with-call-transfer';
import { withRealServer } from '../support/with-temporal';

const SIP_URI = 'sip:transfers@sip.example.com;transport=tls';
const withSip = { asapp: { sipUri: SIP_URI } };

const request = (conversationId = newRequest().conversationId, leg = 'a') => ({
  conversationId,
  transferId: `${conversationId}-${leg}`,
  type: 'SIP' as const,
});

function addressIn(step: NextStep) {
  if (step.action === 'DIAL' && step.leg.type === 'SIP') return step.leg;
  throw new Error(`Expected a SIP address, got ${JSON.stringify(step)}`);
}

/** From the address to the decision. */
async function played({ client, sandbox }: CallTransferUnderTest, asked: ReturnType<typeof request>) {
  const leg = addressIn(await client.requestTransfer(asked));
  sandbox.exchange.sipCallArrives(leg.headers);
  await client.reportConnected(asked.conversationId, leg);
  sandbox.exchange.aiEnds(leg.transferId, { transferType: 'AGENT' });
  const step = await client.reportDisconnect(asked.conversationId, { transferId: leg.transferId });
  return { leg, decision: decisionIn(step) };
}

describe('a leg over SIP', () => {
  it('is dialled at ASAPP’s address with the header, and has its result as with a number', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, withSip, async (underTest) => {
        const asked = request();
        const { leg, decision } = await played(underTest, asked);
        expect(leg).toEqual({
          transferId: asked.transferId,
          type: 'SIP',
          sipUri: SIP_URI,
          headers: { 'X-ASAPP-CallTransferId': asked.transferId },
          dialBy: expect.any(String) as string,
        });
        // A minute less the dial margin, counted on the server's clock.
        expect(Date.parse(leg.dialBy) - Date.now()).toBeLessThanOrEqual(48_000);
        expect(decision).toMatchObject({ outcome: 'AGENT', fallback: false });
        expect(underTest.sandbox.requestsFor(asked.transferId)).toEqual(['POST', 'GET']);
      }),
    );
  });

  it('comes after one with a number, and a number after it, in one conversation', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, withSip, async (underTest) => {
        const { client, sandbox } = underTest;
        const { conversationId } = await hungUp(underTest);
        const second = request(conversationId, 'b');
        const leg = addressIn(await client.requestTransfer(second));
        sandbox.exchange.sipCallArrives(leg.headers);
        await client.reportConnected(conversationId, leg);
        sandbox.exchange.callerHangsUp(leg.transferId);
        await client.reportDisconnect(conversationId, { transferId: leg.transferId, by: 'CUSTOMER' });

        const third = { conversationId, transferId: `${conversationId}-c`, country: 'US' };
        expect(await client.requestTransfer(third)).toMatchObject({ leg: { type: 'PHONE_NUMBER' } });
      }),
    );
  });

  it('has the transport of its conversation, unless it names another', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, withSip, async (underTest) => {
        const { client, sandbox, taskQueue } = underTest;
        const first = request();
        const { conversationId } = first;
        const leg = addressIn(await client.requestTransfer(first));
        sandbox.exchange.sipCallArrives(leg.headers);
        sandbox.exchange.callerHangsUp(leg.transferId);
        await client.reportDisconnect(conversationId, { transferId: leg.transferId, by: 'CUSTOMER' });

        const workflowId = `call-transfer/${conversationId}`;
        const again = (more: object) =>
          askPlainly({ env, taskQueue }, first, {
            workflowId,
            request: { transferId: `${conversationId}-b`, ...more },
          });
        await expect(again({ type: 'PHONE_NUMBER' })).rejects.toMatchObject({
          cause: { type: 'InvalidInput', message: 'country: is missing' },
        });
        expect(addressIn(await again({}))).toMatchObject({ transferId: `${conversationId}-b` });
      }),
    );
  });
});

describe('without the address of ASAPP', () => {
  const refusal = {
    cause: { type: 'InvalidInput', message: expect.stringContaining('CALL_TRANSFER_SIP_URI') as string },
  };

  it('a conversation over SIP is refused before anything happens', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async ({ sandbox, taskQueue }) => {
        const input = request();
        const { conversationId } = input;
        const workflowId = `call-transfer/${conversationId}`;
        await expect(
          askPlainly({ env, taskQueue }, input, { workflowId, request: {} }),
        ).rejects.toMatchObject(refusal);
        await expect(workflowOf(env, conversationId).result()).rejects.toMatchObject(refusal);
        expect(sandbox.requestsFor(input.transferId)).toEqual([]);
      }),
    );
  });

  it('a further leg over SIP is refused, and the conversation goes on', async () => {
    await withRealServer({}, (env) =>
      withCallTransfer(env, {}, async (underTest) => {
        const { conversationId } = await hungUp(underTest);
        await expect(underTest.client.requestTransfer(request(conversationId, 'b'))).rejects.toMatchObject({
          type: 'InvalidInput',
          message: expect.stringContaining('CALL_TRANSFER_SIP_URI') as string,
        });
        const number = { conversationId, transferId: `${conversationId}-c`, country: 'US' };
        expect(await underTest.client.requestTransfer(number)).toMatchObject({ action: 'DIAL' });
      }),
    );
  });
});
