import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';

import fastify, { type FastifyInstance } from 'fastify';

import { boundedServer } from '../../src/environment/http-server';
import { eventually } from '../support/calls';

/** So short that a test can wait for it. */
const soon = { requestTimeout: 300, headersTimeout: 200, connectionsCheckingInterval: 50 };

interface Served {
  server: FastifyInstance;
  /** A raw connection, and what came on it. */
  open: (text?: string) => Promise<{ socket: Socket; received: () => string; isClosed: () => boolean }>;
  /** Lets the requests that wait at `/slow` go. */
  release: () => void;
  /** How many were answered at `/long`. */
  requests: () => number;
}

async function withServer(connections: number, body: (served: Served) => Promise<void>): Promise<void> {
  const serverFactory = boundedServer({ connections, times: soon });
  const server = fastify({ serverFactory, forceCloseConnections: true });
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  server.get('/', () => 'answer');
  server.post('/', () => 'taken');
  server.get('/slow', async () => {
    await released;
    return 'slow answer';
  });
  let count = 0;
  server.get('/long', () => {
    count++;
    return 'x'.repeat(100_000);
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  const sockets: Socket[] = [];
  const open = async (text = '') => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    let received = '';
    let closed = false;
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => (received += part));
    socket.on('error', () => undefined);
    socket.on('close', () => (closed = true));
    await once(socket, 'connect');
    socket.write(text);
    return { socket, received: () => received, isClosed: () => closed };
  };
  try {
    await body({ server, open, release, requests: () => count });
  } finally {
    release();
    for (const socket of sockets) socket.destroy();
    await server.close();
  }
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: here\r\n\r\n`;
const connectionsOf = ({ server }: FastifyInstance) =>
  new Promise<number>((resolve, reject) => {
    server.getConnections((error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
const isTrue = (what: () => boolean) => eventually(() => Promise.resolve(what()));

test('a request whose body comes too slowly is ended, and so is one that says nothing', async () => {
  await withServer(10, async ({ open }) => {
    const slow = await open('POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 10\r\n\r\na');
    const silent = await open();
    const slowHeaders = await open('GET / HTTP/1.1\r\nho');
    await isTrue(() => slow.isClosed() && silent.isClosed() && slowHeaders.isClosed());
    expect(slow.received()).toContain('408');
  });
});

test('a connection that asks for much and reads nothing is cut off', async () => {
  await withServer(10, async ({ open, server, requests }) => {
    const greedy = await open();
    greedy.socket.pause();
    greedy.socket.write(get('/long').repeat(900));
    await eventually(async () => (await connectionsOf(server)) === 0);
    expect(requests()).toBeLessThanOrEqual(10);
  });
});

test('some requests at once on a connection are answered', async () => {
  await withServer(10, async ({ open }) => {
    const eager = await open(get('/').repeat(5));
    await isTrue(() => eager.received().split('answer').length > 5);
    expect(eager.isClosed()).toBe(false);
  });
});

test('with too many connections the one that brings nothing makes way, and whoever waits for an answer stays', async () => {
  await withServer(4, async ({ open, release }) => {
    const waiting = await open(get('/slow'));
    const idle = [await open(), await open(), await open()];
    const known = await open(get('/'));
    await isTrue(() => known.received().includes('answer'));
    expect(idle[0]?.isClosed()).toBe(true);

    // A flood of connections that bring nothing.
    for (let count = 0; count < 20; count++)
      await open('POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 9\r\n\r\n');
    const caller = await open(get('/'));
    await isTrue(() => caller.received().includes('answer'));
    expect(waiting.isClosed()).toBe(false);
    release();
    await isTrue(() => waiting.received().includes('slow answer'));
  });
});

test('the times are those of a phone system that sends a webhook in one go', () => {
  const server = fastify({ serverFactory: boundedServer() });
  expect(server.server).toMatchObject({ requestTimeout: 10_000, headersTimeout: 5000, timeout: 75_000 });
});
