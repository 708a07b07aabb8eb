/** A receiver of events over a real socket, which verifies what it gets. */
import { randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Webhook } from 'standardwebhooks';

import { conversationEndedSchema, type ConversationEnded } from '../../src/index';

export const SECRET = `whsec_${randomBytes(32).toString('base64')}`;

export interface Received {
  id: string;
  event: ConversationEnded;
}

export interface Receiver {
  url: string;
  /** Every attempt, in its order, whatever was answered. */
  attempts: Received[];
  /** Decides how attempts are answered from now on. Default: 204 at once. */
  answerWith: (respond: (response: ServerResponse) => void) => void;
}

export async function withReceiver<T>(body: (receiver: Receiver) => Promise<T>): Promise<T> {
  const attempts: Received[] = [];
  let respond = (response: ServerResponse): void => {
    response.writeHead(204).end();
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const signed = new Webhook(SECRET).verify(
        Buffer.concat(chunks).toString(),
        request.headers as Record<string, string>,
      );
      const event = conversationEndedSchema.parse(signed);
      attempts.push({ id: String(request.headers['webhook-id']), event });
      respond(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await body({
      url: `http://127.0.0.1:${port}/events`,
      attempts,
      answerWith: (how) => {
        respond = how;
      },
    });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
