import { numberOf, failureOf, usTransfer, withAsapp, withClient, withServer } from './with-asapp';

const credentials = { apiId: 'key-id', apiSecret: 'key-secret' };
const answerWith = (transferId: string) =>
  JSON.stringify({
    id: transferId,
    externalConversationId: 'conv-1',
    status: 'ACTIVE',
    phoneNumber: { transferNumber: '+19991234', expireAt: '2025-06-19T13:39:00Z' },
  });

describe('the request for a number', () => {
  it('carries the ids, the country, the input context and both credentials', async () => {
    await withServer(
      (response) => response.end(answerWith('conv-1-a')),
      async ({ apiUrl, received }) => {
        const inputContext = { taskName: 'call_routing', inputVariables: { accountNumber: '3434' } };
        await withClient({ apiUrl, ...credentials }, (asapp) =>
          asapp.create({ ...usTransfer, inputContext }),
        );

        const [{ line, headers, body } = { line: '', headers: {}, body: '' }] = received;
        expect(line).toBe('POST /generativeagent/v1/call-transfers');
        expect(headers).toMatchObject({
          'asapp-api-id': 'key-id',
          'asapp-api-secret': 'key-secret',
          'content-type': 'application/json',
          accept: 'application/json',
        });
        expect(JSON.parse(body)).toEqual({
          id: 'conv-1-a',
          externalConversationId: 'conv-1',
          type: 'PHONE_NUMBER',
          phoneNumber: { country: 'US' },
          inputContext,
        });
      },
    );
  });

  it('has no input context where none is given, as a reconnection asks for', async () => {
    await withServer(
      (response) => response.end(answerWith('conv-1-a')),
      async ({ apiUrl, received }) => {
        await withClient({ apiUrl, ...credentials }, (asapp) => asapp.create(usTransfer));
        expect(JSON.parse(received[0]?.body ?? '')).not.toHaveProperty('inputContext');
      },
    );
  });
});

describe('the request for a result', () => {
  it('names the transfer in its path, escaped, with both credentials', async () => {
    const id = 'größe?a=b#c%2F/..';
    await withServer(
      (response) => response.end(answerWith(id)),
      async ({ apiUrl, received }) => {
        expect(await withClient({ apiUrl, ...credentials }, (asapp) => asapp.get(id))).toMatchObject({ id });
        expect(received).toMatchObject([
          {
            line: `GET /generativeagent/v1/call-transfers/${encodeURIComponent(id)}`,
            headers: { 'asapp-api-id': 'key-id', 'asapp-api-secret': 'key-secret' },
            body: '',
          },
        ]);
        expect(received[0]?.headers).not.toHaveProperty('content-type');
      },
    );
  });

  it('is refused here where the id is no text that a path can hold', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      expect(await failureOf(asapp.get('\ud800'))).toMatchObject({
        name: 'AsappError',
        kind: 'requestRefused',
        message: 'transferId: is not well-formed Unicode',
      });
      expect(sandbox.requests).toEqual([]);
    });
  });
});

test.each(['', '/', '//'])('the base URL may have a path of its own, and end with %p', async (end) => {
  await withServer(
    (response) => response.end(answerWith('conv-1-a')),
    async ({ apiUrl, received }) => {
      await withClient({ apiUrl: `${apiUrl}/proxy${end}`, ...credentials }, (asapp) => asapp.get('conv-1-a'));
      expect(received).toMatchObject([{ line: 'GET /proxy/generativeagent/v1/call-transfers/conv-1-a' }]);
    },
  );
});

test('a used id is asked for once, and read once', async () => {
  await withAsapp({}, async ({ asapp, sandbox }) => {
    const first = await asapp.create(usTransfer);
    const second = await asapp.create(usTransfer);

    expect(first.existed).toBe(false);
    expect(second).toMatchObject({
      transfer: first.transfer,
      existed: true,
      assigned: { destination: first.assigned?.destination, lifetimeMs: 60_000 },
    });
    expect(sandbox.requestsFor('conv-1-a')).toEqual(['POST', 'POST', 'GET']);
    expect(sandbox.exchange.transfers.size).toBe(1);
  });
});

test('one happy leg costs exactly two requests', async () => {
  await withAsapp({}, async ({ asapp, sandbox }) => {
    sandbox.exchange.callArrives(numberOf(await asapp.create(usTransfer)));
    sandbox.exchange.aiEnds('conv-1-a', { transferType: 'AGENT' });
    await asapp.get('conv-1-a');

    expect(sandbox.requests.map(({ method, status }) => [method, status])).toEqual([
      ['POST', 200],
      ['GET', 200],
    ]);
  });
});
