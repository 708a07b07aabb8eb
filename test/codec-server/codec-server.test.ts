import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { FastifyBaseLogger } from 'fastify';
import { exportJWK, generateKeyPair, SignJWT, type KeyLike } from 'jose';

import { EncryptionCodec } from '../../src/codec/encryption-codec';
import { encryptionKey, fixedKeys } from '../../src/codec/keys';
import { createCodecServer } from '../../src/codec-server/create-codec-server';
import { tokenCheck, type TokenRules } from '../../src/codec-server/token';
import { keptLog } from '../support/with-gateway';

const UI = 'https://temporal.example.com';
const SECRET = 'a-secret-of-the-tests-with-32-characters';
const rules: TokenRules = {
  keys: { secret: SECRET },
  issuer: 'https://login.example.com',
  audience: 'codec',
};
const codec = new EncryptionCodec(fixedKeys([encryptionKey('k1', Buffer.alloc(32, 1))]));
const payload = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"+12005550123"') };

interface Claims {
  iss?: string;
  aud?: string;
  sub?: string;
  exp?: number | string;
  scope?: string;
}

const signed = async (claims: Claims = {}, key: Uint8Array | KeyLike = Buffer.from(SECRET), alg = 'HS256') =>
  await new SignJWT({
    iss: rules.issuer,
    aud: 'codec',
    sub: 'ann',
    exp: Math.floor(Date.now() / 1000) + 60,
    ...(claims as object),
  })
    .setProtectedHeader({ alg, kid: 'one' })
    .sign(key);

const inJson = ({
  metadata,
  data,
}: {
  metadata?: Record<string, Uint8Array> | null;
  data?: Uint8Array | null;
}) => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  ),
  data: Buffer.from(data ?? []).toString('base64'),
});

type Ask = (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;

async function withCodecServer<T>(
  more: Partial<TokenRules>,
  body: (ask: Ask, url: string) => Promise<T>,
  logger?: FastifyBaseLogger,
): Promise<T> {
  const server = await createCodecServer({
    codec,
    uiOrigins: [UI],
    ...(logger && { logger }),
    checkToken: tokenCheck({ ...rules, ...more }),
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  try {
    return await body(
      (path, payloads, headers = {}) =>
        fetch(url + path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: typeof payloads === 'string' ? payloads : JSON.stringify(payloads),
        }),
      url,
    );
  } finally {
    await server.close();
  }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test('decodes what was encoded, and lets nobody keep it', async () => {
  await withCodecServer({}, async (ask) => {
    const authorization = bearer(await signed());
    const encoded = (await (
      await ask('/encode', { payloads: [inJson(payload)] }, authorization)
    ).json()) as object;
    expect(JSON.stringify(encoded)).not.toContain(inJson(payload).data);

    const decoded = await ask('/decode', encoded, authorization);
    expect(decoded.headers.get('cache-control')).toBe('no-store');
    expect(await decoded.json()).toEqual({ payloads: [inJson(payload)] });
  });
});

test('a payload that is not encrypted comes back as it is, with and without data', async () => {
  await withCodecServer({}, async (ask) => {
    const payloads = [inJson(payload), { metadata: { encoding: 'YmluYXJ5L251bGw=' } }];
    expect(await (await ask('/decode', { payloads }, bearer(await signed()))).json()).toEqual({ payloads });
  });
});

test.each(['', '/my-ns', '/my%20ns'])('the address may name the namespace: %s', async (namespace) => {
  await withCodecServer({}, async (ask) => {
    const authorization = bearer(await signed());
    const encoded = await ask(`${namespace}/encode`, { payloads: [inJson(payload)] }, authorization);
    const decoded = await ask(`${namespace}/decode`, await encoded.text(), authorization);
    expect([decoded.status, await decoded.json()]).toEqual([200, { payloads: [inJson(payload)] }]);
  });
});

describe('a payload may have', () => {
  const metadata = { encoding: 'YmluYXJ5L251bGw=' };

  test.each<[string, object]>([
    ['no data', { metadata }],
    ['data that is null', { metadata, data: null }],
    ['data of no bytes', { metadata, data: '' }],
  ])('%s', async (_what, sent) => {
    await withCodecServer({}, async (ask) => {
      const authorization = bearer(await signed());
      const encoded = await ask('/encode', { payloads: [sent] }, authorization);
      const decoded = await ask('/decode', await encoded.text(), authorization);
      expect([decoded.status, await decoded.json()]).toMatchObject([200, { payloads: [{ metadata }] }]);
      expect((await ask('/decode', { payloads: [sent] }, authorization)).status).toBe(200);
    });
  });

  test.each(['metadata', 'payloads'])('%s that is null or absent', async (field) => {
    await withCodecServer({}, async (ask) => {
      for (const given of [{ [field]: null }, {}]) {
        const body = field === 'payloads' ? given : { payloads: [given] };
        const answer = await ask('/decode', body, bearer(await signed()));
        const payloads = field === 'payloads' ? [] : [{ metadata: {} }];
        expect([answer.status, await answer.json()]).toEqual([200, { payloads }]);
      }
    });
  });

  test('base64 of the other alphabet, and without padding', async () => {
    await withCodecServer({}, async (ask) => {
      const authorization = bearer(await signed());
      const encoded = await (await ask('/encode', { payloads: [inJson(payload)] }, authorization)).text();
      const urlSafe = encoded.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
      const decoded = await ask('/decode', urlSafe, authorization);
      expect(await decoded.json()).toEqual({ payloads: [inJson(payload)] });
      expect((await ask('/decode', { payloads: [{ data: 'a*b' }] }, authorization)).status).toBe(400);
    });
  });
});

describe('nobody reads', () => {
  const now = Math.floor(Date.now() / 1000);
  test.each<[string, () => Promise<Record<string, string>>]>([
    ['without a token', () => Promise.resolve({})],
    ['with another scheme', () => Promise.resolve({ authorization: 'Basic YTpi' })],
    ['with text that is no token', () => Promise.resolve(bearer('none'))],
    ['with a token for another service', async () => bearer(await signed({ aud: 'billing' }))],
    ['with a token of another issuer', async () => bearer(await signed({ iss: 'https://evil.example.com' }))],
    ['with a token that has ended', async () => bearer(await signed({ exp: now - 60 }))],
    ['with a token signed with another secret', async () => bearer(await signed({}, Buffer.alloc(32, 7)))],
    [
      'with a token that nobody signed',
      async () => {
        const [, claims = ''] = (await signed()).split('.');
        return bearer(`${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`);
      },
    ],
  ])('%s', async (_who, headers) => {
    await withCodecServer({}, async (ask) => {
      const answer = await ask('/decode', { payloads: [] }, await headers());
      expect(answer.status).toBe(401);
      expect(await answer.json()).toEqual({ message: 'The token is missing, wrong, or too old' });
    });
  });

  test('without the scope that is asked for', async () => {
    await withCodecServer({ scope: 'calls:read' }, async (ask) => {
      const statusWith = async (claims: Claims) =>
        (await ask('/decode', { payloads: [] }, bearer(await signed(claims)))).status;
      expect(await statusWith({ scope: 'calls:write' })).toBe(403);
      expect(await statusWith({})).toBe(403);
      expect(await statusWith({ scope: 'profile calls:read' })).toBe(200);
    });
  });
});

test('tokens signed with a key that the issuer publishes', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const other = await generateKeyPair('ES256');
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] });
  const issuer = createServer((_request, response) => response.end(keys));
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  const { port } = issuer.address() as AddressInfo;
  try {
    await withCodecServer({ keys: { jwksUrl: `http://127.0.0.1:${port}/jwks` } }, async (ask) => {
      const status = async (token: string) => (await ask('/decode', { payloads: [] }, bearer(token))).status;
      expect(await status(await signed({}, privateKey, 'ES256'))).toBe(200);
      expect(await status(await signed({}, other.privateKey, 'ES256'))).toBe(401);
      // The published key is no secret, so it must not do as one.
      expect(await status(await signed({}, Buffer.from(keys)))).toBe(401);
    });
  } finally {
    issuer.closeAllConnections();
    issuer.close();
  }
});

test('browsers let the page of the Web UI read an answer, and no other', async () => {
  await withCodecServer({}, async (_ask, url) => {
    const preflight = async (origin: string) =>
      await fetch(`${url}/decode`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,x-namespace',
        },
      });
    const allowed = (await preflight(UI)).headers;
    expect(allowed.get('access-control-allow-origin')).toBe(UI);
    expect(allowed.get('access-control-allow-headers')).toBe('Authorization, Content-Type, X-Namespace');
    expect(
      (await preflight('https://evil.example.com')).headers.get('access-control-allow-origin'),
    ).toBeNull();
  });
});

test('what cannot be decoded gets a clear answer', async () => {
  await withCodecServer({}, async (ask) => {
    const authorization = bearer(await signed());
    const answer = async (body: unknown) => {
      const { status, json } = await ask('/decode', body, authorization).then(async (got) => ({
        status: got.status,
        json: (await got.json()) as { message: string },
      }));
      return [status, json.message];
    };
    const unknown = new EncryptionCodec(fixedKeys([encryptionKey('k9', Buffer.alloc(32, 9))]));
    const [sealed = {}] = await unknown.encode([payload]);
    expect(await answer({ payloads: [inJson(sealed)] })).toEqual([422, expect.stringContaining('k9')]);
    const [own = {}] = await codec.encode([payload]);
    const broken = { ...own, data: Buffer.concat([own.data ?? Buffer.alloc(0)]).fill(0, 60) };
    expect(await answer({ payloads: [inJson(broken)] })).toEqual([422, expect.any(String)]);
    expect(await answer('{')).toEqual([400, expect.any(String)]);
    expect(await answer({ payloads: 'x' })).toEqual([400, expect.stringContaining('payloads')]);
    expect(await answer({ payloads: [{ data: '***' }] })).toEqual([400, expect.stringContaining('data')]);
  });
});

test('whoever is refused is in the log, without the token', async () => {
  const { logger, lines } = keptLog();
  const token = await signed({ aud: 'another' });
  await withCodecServer(
    {},
    async (ask) => {
      expect((await ask('/decode', {}, bearer(token))).status).toBe(401);
      expect((await ask('/my-ns/decode', {})).status).toBe(401);
    },
    logger,
  );
  expect(lines.filter(([, message]) => message === 'Refused')).toMatchObject([
    [{ status: 401, url: '/decode', address: '127.0.0.1' }, 'Refused'],
    [{ status: 401, url: '/:namespace/decode' }, 'Refused'],
  ]);
  expect(JSON.stringify(lines)).not.toContain(token);
});

test.each(['', ' '])('a token of nobody (%j) is refused', async (sub) => {
  await withCodecServer({}, async (ask) => {
    expect((await ask('/decode', {}, bearer(await signed({ sub })))).status).toBe(401);
  });
});

test('where the keys of the issuer cannot be had, that is no fault of the token', async () => {
  const { privateKey } = await generateKeyPair('ES256');
  const token = await signed({}, privateKey, 'ES256');
  const provider = createServer((_request, response) => response.writeHead(500).end());
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const { port } = provider.address() as AddressInfo;
  const statusWith = (jwksUrl: string) =>
    withCodecServer({ keys: { jwksUrl } }, async (ask) => (await ask('/decode', {}, bearer(token))).status);
  expect(await statusWith(`http://127.0.0.1:${port}/jwks`)).toBe(503);
  await new Promise((resolve) => provider.close(resolve));
  expect(await statusWith(`http://127.0.0.1:${port}/jwks`)).toBe(503);
});
