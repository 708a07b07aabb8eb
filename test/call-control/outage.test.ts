import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

import { Client, Connection } from '@temporalio/client';

import { CallTransferClient, forWaitingCallers } from '../../src';
import { twilio } from '../../src/call-control/phone-systems/twilio/index';
import { atOnce } from '../support/at-once';
import { decisionIn } from '../support/calls';
import {
  phoneSystemSettings,
  problemIn,
  stepIn,
  withGateway,
  type GatewayUnderTest,
} from '../support/with-gateway';

import { AUTH_TOKEN, dialEnded, incoming, signedForm } from './phone-systems/twilio/twilio-requests';

/** Runs the body with a gateway whose Temporal is at an address where `listener` is, or nobody. */
async function withoutTemporal<T>(
  listener: ((socket: Socket) => void) | undefined,
  body: (gateway: GatewayUnderTest) => Promise<T>,
): Promise<T> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    listener?.(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => closed(server, sockets);
  if (listener === undefined) await close();
  const connection = Connection.lazy(forWaitingCallers({ address: `127.0.0.1:${port}` }));
  const client = new CallTransferClient(new Client({ connection }), { answerTimeoutMs: 1000 });
  try {
    const phoneSystems = [twilio({ ...phoneSystemSettings, authTokens: [AUTH_TOKEN] })];
    const limits = { requestLimitMs: 1500, disconnectLimitMs: 1000 };
    return await withGateway(
      { client, phoneSystems, ...limits, isReady: () => Promise.reject(new Error('no Temporal')) },
      body,
    );
  } finally {
    await connection.close();
    if (listener !== undefined) await close();
  }
}

async function closed(server: Server, sockets: Socket[]): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}

describe.each([
  ['is not there', undefined],
  ['accepts connections and says nothing', () => undefined],
  ['hangs up on everybody', (socket: Socket) => socket.destroy()],
])('while Temporal %s', (_what, listener) => {
  const tests = atOnce({
    'a caller is told the fallback route within the hard limit': async () => {
      await withoutTemporal(listener, async ({ api, legEvent }) => {
        const startedAt = performance.now();
        const asked = decisionIn(
          stepIn(await api('/v1/conversations/c/request-transfer', { country: 'US' })),
        );
        expect(asked).toMatchObject({
          conversationId: 'c',
          transferId: '',
          outcome: 'TRANSFER_UNAVAILABLE',
          route: phoneSystemSettings.fallbackRoute,
          fallback: true,
          reason: 'TEMPORAL_UNAVAILABLE',
        });
        const data = { conversationId: 'c', transferId: 't' };
        const ended = decisionIn(stepIn(await legEvent({ type: 'leg.disconnected', data })));
        expect(ended).toMatchObject({ transferId: 't', outcome: 'CONTEXT_UNAVAILABLE', fallback: true });
        // Both limits together, and some for a busy machine: not the minutes of a connection that is given up.
        expect(performance.now() - startedAt).toBeLessThan(10_000);
      });
    },

    'a phone system gets instructions, and not an error': async () => {
      await withoutTemporal(listener, async ({ send }) => {
        const voice = await send('/twilio/voice', signedForm('/twilio/voice', incoming));
        expect([voice.status, voice.text]).toEqual([
          200,
          expect.stringContaining('<Enqueue>fallback</Enqueue>'),
        ]);
        const path = '/twilio/dial?conversationId=c&transferId=t';
        const dial = await send(path, signedForm(path, dialEnded));
        expect([dial.status, dial.text]).toEqual([
          200,
          expect.stringContaining('<Enqueue>fallback</Enqueue>'),
        ]);
      });
    },

    'whoever does not hold a caller is asked to send again': async () => {
      await withoutTemporal(listener, async ({ api, legEvent, send }) => {
        const data = { conversationId: 'c', transferId: 't' };
        for (const answer of [
          await legEvent({ type: 'leg.connected', data }),
          await api('/v1/conversations/c/report-connected', { transferId: 't' }),
          await api('/v1/conversations/c'),
        ]) {
          expect(problemIn(answer)).toMatchObject({ status: 503, type: 'TemporalUnavailable' });
          expect(answer.text).not.toMatch(/127\.0\.0\.1|grpc|stack/i);
        }
        expect((await send('/health/ready')).status).toBe(503);
        expect((await send('/health/live')).status).toBe(200);
      });
    },
  });

  test.each(tests.names)('%s', async (name) => {
    await expect(tests.run(name)).resolves.toBeUndefined();
  });
});
