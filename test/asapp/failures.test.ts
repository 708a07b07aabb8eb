import { createServer, type AddressInfo } from 'node:net';

import { AsappError } from '../../src/asapp/error';
import type { FaultEffect } from '../../src/sandbox';

import { arrived, failureOf, usTransfer, withAsapp, withClient, withServer } from './with-asapp';

const credentials = { apiId: 'key-id', apiSecret: 'key-secret' };
const GET = 'GET /generativeagent/v1/call-transfers/conv-1-a';
const POST = 'POST /generativeagent/v1/call-transfers';

/** What a GET for a transfer that exists fails with. */
async function getFailure(effect: FaultEffect): Promise<AsappError> {
  return await withAsapp({}, async ({ asapp, sandbox }) => {
    await asapp.create(usTransfer);
    sandbox.fail({ method: 'GET', effect });
    return await failureOf(asapp.get('conv-1-a'));
  });
}

/** What a GET fails with that is answered by this. */
async function failureAfter(
  status: number,
  headers: Record<string, string>,
  body: string,
): Promise<AsappError> {
  return await withServer(
    (response) => response.writeHead(status, headers).end(body),
    ({ apiUrl }) => withClient({ apiUrl, ...credentials }, (asapp) => failureOf(asapp.get('conv-1-a'))),
  );
}

describe('an error of ASAPP', () => {
  it('has a kind, its status, and a message with the request, ASAPP’s code and its request id', async () => {
    const body = JSON.stringify({ error: { requestId: 'r-17', code: '500-01', message: 'boom' } });
    const error = await failureAfter(500, {}, body);

    expect(error).toBeInstanceOf(AsappError);
    expect(error).toMatchObject({ kind: 'serverError', status: 500, retryAfterMs: undefined });
    expect(error.message).toBe(`ASAPP answered 500 to ${GET} (code 500-01, request r-17)`);
  });

  it('says how long ASAPP asks to wait, in seconds', async () => {
    expect(await getFailure({ kind: 'status', status: 429, retryAfterSeconds: 3 })).toMatchObject({
      kind: 'rateLimited',
      status: 429,
      retryAfterMs: 3000,
    });
  });

  it('says the first of two times that ASAPP asks to wait', async () => {
    const failure = await withServer(
      (response) => response.writeHead(429, ['retry-after', '3', 'retry-after', '7']).end(),
      ({ apiUrl }) => withClient({ apiUrl, ...credentials }, (asapp) => failureOf(asapp.get('conv-1-a'))),
    );

    expect(failure).toMatchObject({ kind: 'rateLimited', retryAfterMs: 3000 });
  });

  it('says how long ASAPP asks to wait, until a date', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
    const { kind, retryAfterMs } = await failureAfter(429, { 'retry-after': inAnHour }, '');

    expect(kind).toBe('rateLimited');
    expect(retryAfterMs).toBeGreaterThan(3_500_000);
    expect(retryAfterMs).toBeLessThanOrEqual(3_600_000);
  });

  it('never repeats ASAPP’s free text, nor a code that is none', async () => {
    const secret = 'accountNumber 3434 of John Doe +15550100';
    const body = JSON.stringify({ error: { requestId: 'r-18', code: secret, message: secret } });
    expect((await failureAfter(422, {}, body)).message).toBe(`ASAPP answered 422 to ${GET} (request r-18)`);
  });

  it.each(['', '<html>', '[]', '{"error":"3434"}', '{"error":{"code":3434}}', 'null'])(
    'keeps its kind where its body is %s',
    async (body) => {
      expect(await failureAfter(503, {}, body)).toMatchObject({
        kind: 'serverError',
        message: `ASAPP answered 503 to ${GET}`,
      });
    },
  );

  it('is every status from 300 on', async () => {
    expect(await failureAfter(300, {}, '{"status":"ACTIVE"}')).toMatchObject({
      kind: 'responseInvalid',
      message: `ASAPP answered 300 to ${GET}`,
    });
  });

  it('keeps its kind where its body is longer than anybody wants to read', async () => {
    const error = await failureAfter(503, {}, 'x'.repeat(3 * 1024 * 1024));
    expect(error).toMatchObject({ kind: 'serverError', message: `ASAPP answered 503 to ${GET}` });
  });

  it('is not a redirect that is followed', async () => {
    await withServer(
      (response) => response.writeHead(302, { location: '/elsewhere' }).end(),
      async ({ apiUrl, received }) => {
        const error = await withClient({ apiUrl, ...credentials }, (asapp) =>
          failureOf(asapp.create(usTransfer)),
        );
        expect(error).toMatchObject({ kind: 'responseInvalid', status: 302 });
        expect(error.message).toBe(`ASAPP answered 302 to ${POST}`);
        expect(received).toHaveLength(1);
      },
    );
  });
});

describe('credentials that are refused', () => {
  it.each([{ apiId: 'wrong' }, { apiSecret: 'wrong' }])('are told apart: %p', async (client) => {
    await withAsapp({ client }, async ({ asapp, sandbox }) => {
      const failure = { kind: 'credentialsRefused', status: 401 };
      expect(await failureOf(asapp.create(usTransfer))).toMatchObject(failure);
      expect(await failureOf(asapp.get('conv-1-a'))).toMatchObject(failure);
      expect(sandbox.exchange.transfers.size).toBe(0);
    });
  });
});

describe('a connection that fails', () => {
  it.each([
    ['cut before the request is carried out', { kind: 'cutBefore' }],
    ['cut after it', { kind: 'cutAfter' }],
  ] as const)('is unreachable: %s', async (_, effect) => {
    const error = await getFailure(effect);
    expect(error).toMatchObject({ kind: 'unreachable', status: undefined });
    expect(error.message).toBe(`ASAPP could not be reached: ${GET}: UND_ERR_SOCKET`);
    expect(error.cause).toBeUndefined();
  });

  it('is unreachable where nobody listens', async () => {
    const apiUrl = await withServer(
      () => undefined,
      (server) => Promise.resolve(server.apiUrl),
    );
    const error = await withClient({ apiUrl, ...credentials }, (asapp) =>
      failureOf(asapp.create(usTransfer)),
    );
    expect(error.kind).toBe('unreachable');
    expect(error.cause).toBeUndefined();
    expect(error.message).toBe(`ASAPP could not be reached: ${POST}: ECONNREFUSED`);
  });

  it('is unreachable where it does not come up', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    try {
      const options = { apiUrl: `https://127.0.0.1:${port}`, ...credentials };
      const error = await withClient(
        { ...options, connectTimeoutMs: 100 },
        async (asapp) => await failureOf(asapp.get('conv-1-a')),
      );
      expect(error.message).toBe(`ASAPP could not be reached: ${GET}: UND_ERR_CONNECT_TIMEOUT`);
    } finally {
      silent.close();
    }
  });

  it.each([new Error('3434'), '3434', null, { code: 3434 }])(
    'is unreachable, and tells no more, where the failure has no code: %p',
    async (thrown) => {
      const signal = {
        aborted: false,
        addEventListener: () => {
          throw thrown as Error;
        },
      } as unknown as AbortSignal;
      const options = { apiUrl: 'http://127.0.0.1:1', ...credentials };
      const error = await withClient(options, (asapp) => failureOf(asapp.get('conv-1-a', { signal })));

      expect(error).toMatchObject({
        kind: 'unreachable',
        message: `ASAPP could not be reached: ${GET}: the request failed`,
      });
    },
  );

  it('is unreachable where the answer breaks off', async () => {
    const error = await withServer(
      (response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{"id":');
        setTimeout(() => response.destroy(), 20);
      },
      ({ apiUrl }) => withClient({ apiUrl, ...credentials }, (asapp) => failureOf(asapp.get('conv-1-a'))),
    );
    expect(error).toMatchObject({ kind: 'unreachable' });
  });
});

describe('a signal', () => {
  it.each<['POST' | 'GET', FaultEffect]>([
    ['POST', { kind: 'hangAfter' }],
    ['GET', { kind: 'hangAfter' }],
    ['POST', { kind: 'latency', ms: 60_000 }],
    ['GET', { kind: 'latency', ms: 60_000 }],
  ])('ends a %s that gets no answer, with its own reason: %p', async (method, effect) => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      await asapp.create(usTransfer);
      sandbox.fail({ method, effect });
      const limit = new AbortController();
      const reason = new Error('the time is over');
      const { signal } = limit;
      const request =
        method === 'POST' ? asapp.create(usTransfer, { signal }) : asapp.get('conv-1-a', { signal });
      const failure = failureOf(request);
      await arrived(sandbox, 2);
      limit.abort(reason);

      expect(await failure).toBe(reason);
    });
  });

  it('ends the GET that follows a 409, too', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      await asapp.create(usTransfer);
      sandbox.fail({ method: 'GET', effect: { kind: 'hangAfter' } });
      const limit = new AbortController();
      const reason = new Error('the time is over');
      const failure = failureOf(asapp.create(usTransfer, { signal: limit.signal }));
      await arrived(sandbox, 3);
      limit.abort(reason);

      expect(await failure).toBe(reason);
    });
  });

  it('ends an answer that breaks off in its body', async () => {
    await withServer(
      (response) => response.writeHead(200, { 'content-length': '100' }).write('{"id":'),
      async ({ apiUrl, received }) => {
        const limit = new AbortController();
        const reason = new Error('the time is over');
        await withClient({ apiUrl, ...credentials }, async (asapp) => {
          const failure = failureOf(asapp.get('conv-1-a', { signal: limit.signal }));
          while (received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
          limit.abort(reason);
          expect(await failure).toBe(reason);
        });
      },
    );
  });

  it('that has come already sends nothing', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      const reason = new Error('the time is over');
      const signal = AbortSignal.abort(reason);

      expect(await failureOf(asapp.get('conv-1-a', { signal }))).toBe(reason);
      expect(await failureOf(asapp.create(usTransfer, { signal }))).toBe(reason);
      expect(sandbox.requests).toEqual([]);
    });
  });
});

describe('what must be done before another request', () => {
  it('is done before the GET that follows a 409, and not before the POST', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      const sentBefore: number[] = [];
      const beforeAnother = () => {
        sentBefore.push(sandbox.requests.length);
        return Promise.resolve();
      };
      await asapp.create(usTransfer, { beforeAnother });
      expect(sentBefore).toEqual([]);
      await asapp.create(usTransfer, { beforeAnother });

      expect(sentBefore).toEqual([2]);
    });
  });

  it('ends the operation, unsent, where it fails', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      await asapp.create(usTransfer);
      const error = new AsappError('requestCeilingReached', 'no more today', undefined, undefined, false);
      const request = asapp.create(usTransfer, { beforeAnother: () => Promise.reject(error) });

      expect(await failureOf(request)).toBe(error);
      expect(sandbox.requestsFor('conv-1-a')).toEqual(['POST', 'POST']);
    });
  });
});

test.each<FaultEffect>([
  { kind: 'status', status: 500 },
  { kind: 'status', status: 429, retryAfterSeconds: 0 },
  { kind: 'cutBefore' },
  { kind: 'cutAfter' },
  { kind: 'body', body: '<html>' },
])('a request is sent once, whatever becomes of it: %p', async (effect) => {
  await withAsapp({}, async ({ asapp, sandbox }) => {
    sandbox.fail({ effect });
    await failureOf(asapp.create(usTransfer));
    expect(sandbox.requests).toHaveLength(1);
  });
});
