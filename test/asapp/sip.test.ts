import { HttpCallTransfers } from '../../src/asapp/http-call-transfers';

import { failureOf, withAsapp, withServer, withClient } from './with-asapp';

const sipUri = 'sip:transfers@sip.example.com;transport=tls';
const transfer = { transferId: 'conv-1-a', conversationId: 'conv-1', transport: { type: 'SIP' } } as const;
const destination = { type: 'SIP', sipUri, headers: { 'X-ASAPP-CallTransferId': 'conv-1-a' } };

describe('a transfer over SIP', () => {
  it('is dialled at the configured address, with the header that names it, for as long as is configured', async () => {
    await withAsapp({ client: { sipUri, sipLifetimeMs: 90_000 } }, async ({ asapp }) => {
      expect(asapp.hasSip).toBe(true);
      expect((await asapp.create(transfer)).assigned).toEqual({
        destination,
        lifetimeMs: 90_000,
        leftMs: 90_000,
      });
    });
  });

  it('is requested without a country', async () => {
    await withServer(
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"conv-1-a"}'),
      async ({ apiUrl, received }) => {
        await withClient({ apiUrl, apiId: 'id', apiSecret: 'secret', sipUri }, async (asapp) => {
          expect((await asapp.create(transfer)).assigned?.destination).toEqual(destination);
        });
        expect(JSON.parse(received[0]?.body ?? '')).toEqual({
          id: 'conv-1-a',
          externalConversationId: 'conv-1',
          type: 'SIP',
        });
      },
    );
  });

  it('has its result like any other', async () => {
    await withAsapp({ client: { sipUri } }, async ({ asapp, sandbox }) => {
      await asapp.create(transfer);
      sandbox.exchange.sipCallArrives(destination.headers);
      sandbox.exchange.aiEnds('conv-1-a', { transferType: 'AGENT' });
      expect(await asapp.get('conv-1-a')).toMatchObject({
        status: 'COMPLETED',
        outputContext: { transferType: 'AGENT' },
      });
    });
  });

  it('is refused, and never requested, without an address', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      expect(asapp.hasSip).toBe(false);
      expect(await failureOf(asapp.create(transfer))).toMatchObject({
        kind: 'requestRefused',
        message: expect.stringContaining('CALL_TRANSFER_SIP_URI') as string,
      });
      expect(sandbox.requests).toEqual([]);
    });
  });

  it.each(['+12005550100', 'tel:+12005550100', 'sip:', 'sip:a b', 'sip:a@b?X-Header=1', 'sip:a@b>'])(
    'takes no address that cannot be dialled: %s',
    (wrong) => {
      const options = {
        apiUrl: 'https://asapp.example.com',
        apiId: 'id',
        apiSecret: 'secret',
        sipUri: wrong,
      };
      expect(() => new HttpCallTransfers(options)).toThrow('sipUri: must be a SIP URI');
    },
  );
});
