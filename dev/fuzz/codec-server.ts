import { randomBytes, randomUUID } from 'node:crypto';

import { SignJWT } from 'jose';

import { createCodecServer, tokenCheck } from '../../lib/codec-server';
import { EncryptionCodec, encryptionKey, fixedKeys } from '../../lib/index';

import type { Credentials } from './signing-proxy';

/** Runs the body with a codec server, and what its issuer would sign. */
export async function withCodecServer(
  body: (url: string, credentials: Credentials) => Promise<void>,
): Promise<void> {
  const secret = randomUUID();
  const [issuer, audience] = ['fuzz', 'codec-server'];
  const server = await createCodecServer({
    codec: new EncryptionCodec(fixedKeys([encryptionKey('fuzz', randomBytes(32))])),
    checkToken: tokenCheck({ keys: { secret }, issuer, audience }),
    uiOrigins: [],
  });
  const token = new SignJWT({ sub: 'fuzz' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime('1 day')
    .sign(Buffer.from(secret));
  try {
    await body(await server.listen({ host: '127.0.0.1', port: 0 }), async () => ({
      authorization: `Bearer ${await token}`,
    }));
  } finally {
    await server.close();
  }
}
