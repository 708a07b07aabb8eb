/** Conversations that are found by the caller's number. */
import { unhurried } from '../../../support/unhurried';
import { callTransferForFile } from '../../../support/with-call-transfer';
import { withGateway } from '../../../support/with-gateway';

import { dialEnded, incoming } from './twilio-requests';
import { dialIn, twilioSystem, withTwilioCall, type TwilioUnderTest } from './with-twilio';

const callTransfer = callTransferForFile();

describe('with a key for callers’ numbers', () => {
  const callerKey = { secret: 'a-secret-of-the-tests', windowMs: 600_000 };
  const withCaller = <T>(body: (underTest: TwilioUnderTest & { from: string }) => Promise<T>) => {
    const given = callTransfer();
    const setup = {
      client: given.client,
      phoneSystems: [twilioSystem()],
      callerKey,
      ...unhurried.gateway,
    };
    const from = `+1${String(Math.floor(Math.random() * 1e10)).padStart(10, '2')}`;
    return withGateway(setup, (own) =>
      withTwilioCall({ ...given, ...own }, (underTest) => body({ ...underTest, from })),
    );
  };

  it('a customer who calls again goes on with the conversation', async () => {
    await withCaller(async ({ from, sandbox, client, ...first }) => {
      const call = { ...incoming, From: from };
      const dropped = dialIn(await first.post('/twilio/voice', call, 'token-1'));
      const conversationId = new URLSearchParams(dropped.action.split('?')[1]).get('conversationId') ?? '';
      expect(conversationId).toMatch(/^caller-[0-9a-f]{32}$/);
      sandbox.exchange.callArrives(dropped.number);
      sandbox.exchange.callerHangsUp(dropped.transferId);
      await first.post(dropped.action, { ...dialEnded, CallStatus: 'completed' });

      await withTwilioCall({ ...first, sandbox, client }, async ({ post }) => {
        const again = dialIn(await post('/twilio/voice', call, 'token-2'));
        expect(again.action).toContain(conversationId);
        // The first call's end, told late, is none of the second call's.
        await first.post('/twilio/status', { ...call, CallStatus: 'completed' });
        const { legs, phase } = await client.conversation(conversationId);
        expect([legs.map(({ transferId }) => transferId), phase]).toEqual([
          [dropped.transferId, again.transferId],
          'DIALING',
        ]);
      });
    });
  });

  it('somebody else who calls from the same number meanwhile has a conversation of their own', async () => {
    await withCaller(async ({ from, sandbox, client, ...first }) => {
      const call = { ...incoming, From: from };
      const one = dialIn(await first.post('/twilio/voice', call, 'token-1'));
      await withTwilioCall({ ...first, sandbox, client }, async ({ post, callSid }) => {
        const other = dialIn(await post('/twilio/voice', call, 'token-2'));
        expect(other.number).not.toBe(one.number);
        expect(other.action).toContain(`conversationId=${callSid}`);
      });
    });
  });

  it.each(['anonymous', '+266696687', 'client:alice', 'sip:1000@example.com', '1000', ''])(
    'a caller without a number of their own has the call’s conversation: %s',
    async (from) => {
      await withCaller(async ({ post, callSid }) => {
        const { action } = dialIn(await post('/twilio/voice', { ...incoming, From: from }, 'token-1'));
        expect(action).toContain(`conversationId=${callSid}`);
      });
    },
  );
});
