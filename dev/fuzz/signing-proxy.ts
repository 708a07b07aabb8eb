import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { request } from 'undici';

/** The headers that show that a request comes from whom it says. */
export type Credentials = (
  url: string,
  body: Buffer,
) => Record<string, string> | Promise<Record<string, string>>;

/** Headers that say something of one connection, which a proxy must not hand on. */
const ofConnection = ['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'expect'];

const handedOn = (headers: IncomingHttpHeaders) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.includes(name)));

/**
 * Stands before a server and signs every request, so that what a fuzzer makes up is not refused at the door.
 *
 * @returns its address, and what stops it
 */
export async function startSigningProxy(
  target: string,
  credentials: Credentials,
): Promise<{ url: string; close: () => void }> {
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await buffer(incoming);
      const url = target + (incoming.url ?? '/');
      const { method = 'GET' } = incoming;
      const headers = { ...handedOn(incoming.headers), ...(await credentials(url, body)) };
      const answer = await request(url, {
        method: method as 'GET',
        headers,
        ...(body.length > 0 ? { body } : {}),
      });
      outgoing.writeHead(answer.statusCode, handedOn(answer.headers));
      outgoing.end(Buffer.from(await answer.body.arrayBuffer()));
    })().catch((error: unknown) => {
      outgoing.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
