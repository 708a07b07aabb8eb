/**
 * What an HTTP server of this package bears from whoever can reach it, with credentials or without. It holds before a
 * request is read.
 *
 * 1. A request that does not come within its time, and a connection on which nothing moves, are ended.
 * 2. A connection has few requests under way: whoever sends more and reads no answers is cut off.
 * 3. There are never so many connections that no other could be taken: the one that has brought nothing for the longest
 *    time makes way. Whoever waits for an answer stays.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';

import type { FastifyServerFactory } from 'fastify';

/** Milliseconds. Phone systems send a webhook in one go. */
const TIMES = {
  /** For a whole request. */
  requestTimeout: 10_000,
  headersTimeout: 5000,
  /** For another request on a connection: more than the 60 s of common load balancers. */
  keepAliveTimeout: 72_000,
  /** For anything to move on a connection: more than any hard limit of an answer. */
  timeout: 75_000,
  /** How often the times above are looked at. */
  connectionsCheckingInterval: 1000,
};

/** Requests under way on one connection. Nobody pipelines webhooks. */
const MOST_REQUESTS = 10;

/** Connections, if the operating system allows as many. */
const MOST_CONNECTIONS = 1000;

export interface Bounds {
  /** Connections. Default: 1,000, or half of the file descriptors that the process may have. */
  connections?: number;
  /** Default: those of this module. */
  times?: Partial<typeof TIMES>;
}

/** For fastify's option `serverFactory`. */
export const boundedServer = ({
  connections = mostConnections(),
  times,
}: Bounds = {}): FastifyServerFactory => {
  const { timeout, ...options } = { ...TIMES, ...times };
  return (handler) => {
    const kept = new Connections(connections);
    const server: Server = createServer(options, (request, response) => {
      if (!kept.begin(request)) return;
      response.once('close', () => {
        kept.end(request);
      });
      handler(request, response);
    });
    server.on('connection', (socket: Socket) => {
      kept.add(socket);
    });
    return server.setTimeout(timeout);
  };
};

/** The connections of a server, first the one that has brought nothing for the longest time. */
class Connections {
  /** The requests under way on each. */
  private readonly open = new Map<Socket, Set<IncomingMessage>>();

  constructor(private readonly most: number) {}

  add(socket: Socket): void {
    this.open.set(socket, new Set());
    socket.once('close', () => this.open.delete(socket));
    if (this.open.size <= this.most) return;
    for (const [each, requests] of this.open) {
      // Whoever has sent all of a request waits for its answer.
      if ([...requests].some(({ complete }) => complete)) continue;
      each.destroy();
      return;
    }
  }

  /** @returns whether the request is to be handled */
  begin(request: IncomingMessage): boolean {
    const { socket } = request;
    const requests = this.open.get(socket);
    if (requests === undefined || socket.destroyed) return false;
    if (requests.size >= MOST_REQUESTS) {
      socket.destroy();
      return false;
    }
    requests.add(request);
    return true;
  }

  end(request: IncomingMessage): void {
    const { socket } = request;
    const requests = this.open.get(socket);
    if (requests === undefined) return;
    requests.delete(request);
    // It has brought something: the last to make way.
    this.open.delete(socket);
    this.open.set(socket, requests);
  }
}

/** Once for all servers of the process: it takes 20 ms. */
let known: number | undefined;
const mostConnections = (): number => (known ??= connectionsAllowed());

/** A report of the process is the only portable way to its limits. */
function connectionsAllowed(): number {
  const { userLimits } = process.report.getReport() as unknown as {
    userLimits?: { open_files?: { soft?: number | string } };
  };
  const files = Number(userLimits?.open_files?.soft);
  return Number.isFinite(files) ? Math.min(MOST_CONNECTIONS, Math.floor(files / 2)) : MOST_CONNECTIONS;
}
