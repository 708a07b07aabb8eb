/** The small HTTP server in front of those peers that bring none: JSON in, JSON out, one path for each message. */
import { createServer, type IncomingMessage } from 'node:http';

import type { Leg, Report } from './call';

/** Every message names its leg. */
export type Message = Leg & Report;

/** What is done with a message; `undefined` where there is nothing that it could be about. */
export type Handler = (message: Message) => Promise<unknown>;

async function read(request: IncomingMessage): Promise<Message> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
  return JSON.parse(text) as Message;
}

/** Serves on `PORT`: `POST /<name of the handler>`. */
export async function serveJson(handlers: Readonly<Record<string, Handler>>): Promise<void> {
  const answer = async (request: IncomingMessage): Promise<[status: number, body: unknown]> => {
    const handler = handlers[(request.url ?? '').slice(1)];
    if (handler === undefined || request.method !== 'POST') return [404, { error: 'No such message' }];
    try {
      const body = await handler(await read(request));
      return body === undefined ? [404, { error: 'No such leg' }] : [200, body];
    } catch (error) {
      return [503, { error: String(error) }];
    }
  };
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(Number(process.env['PORT']), '127.0.0.1', resolve));
}
