/** What a call leaves in the server's database, with encryption and without. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Client } from '@temporalio/client';
import { SignJWT } from 'jose';

import { findBinary } from '../../dev/temporal-binaries/find-binary';
import { temporalCli } from '../../dev/temporal-binaries/pinned';
import { createCodecServer } from '../../src/codec-server/create-codec-server';
import { tokenCheck } from '../../src/codec-server/token';
import {
  CallTransferClient,
  conversationWorkflowId,
  EncryptionCodec,
  encryptedDataConverter,
  keysFromText,
  type EncryptionKeys,
} from '../../src/index';
import { connected, decisionIn, eventually, type TestCall } from '../support/calls';
import { unhurried } from '../support/unhurried';
import { uniqueId } from '../support/unique-id';
import { SECRET, withReceiver, type Receiver } from '../support/with-receiver';
import { withSandbox } from '../support/with-sandbox';
import { withOwnServer } from '../support/with-temporal';
import { withWorkerProcesses } from '../support/worker-process';

import { workerEnvironment } from './with-survivors';

const newKey = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [first, second] = [newKey('k1'), newKey('k2')];

/** What nobody may read who only has the database. */
const input = 'ZZ-what-the-caller-said';
const output = 'ZZ-what-generative-agent-found';
const refusal = 'ZZ-what-asapp-says-of-an-error';

interface Played {
  call: TestCall;
  /** All texts that are personal. */
  personal: string[];
  /** The server's database, as bytes. */
  database: Buffer;
  /** What a receiver of events got. */
  told: string;
  /** What the workers logged. */
  log: string;
  /** The history, as the `temporal` command shows it through a codec server, and without one. */
  shown: { withCodec: string; without: string };
}

/** A conversation of two legs, the second one served by a worker with other keys, and one whose answer nobody understands. */
const play = (workerKeys: WorkerKeys) => withReceiver((receiver) => playFor(receiver, workerKeys));

type WorkerKeys = [before: string | undefined, after: string | undefined];

async function playFor(receiver: Receiver, workerKeys: WorkerKeys): Promise<Played> {
  const folder = await mkdtemp(join(tmpdir(), 'encryption-'));
  const taskQueue = uniqueId('encryption');
  const keys = workerKeys[0] === undefined ? undefined : keysFromText(`${first},${second}`);
  const variables = (list: string | undefined) =>
    list === undefined ? {} : { CALL_TRANSFER_ENCRYPTION_KEYS: list };
  try {
    return await withOwnServer({ dbFilename: join(folder, 'server.db') }, (env, server) =>
      withSandbox({}, (sandbox) =>
        withWorkerProcesses(
          {
            ...workerEnvironment(server, sandbox, taskQueue),
            ...unhurried.environment,
            CALL_TRANSFER_EVENTS_URL: receiver.url,
            CALL_TRANSFER_EVENTS_SECRETS: SECRET,
            CALL_TRANSFER_EVENTS_VARIABLES: 'found',
          },
          async (startWorker) => {
            const temporal = new Client({
              connection: env.connection,
              ...(keys === undefined ? {} : { dataConverter: encryptedDataConverter(keys) }),
            });
            const client = new CallTransferClient(temporal, { taskQueue, ...unhurried.client });
            const underTest = { client, sandbox };
            // With keys the one bundles its workflows, and the other has a bundle that was made for encryption.
            const bundles = keys === undefined ? {} : { CALL_TRANSFER_WORKFLOW_BUNDLE: '' };
            const before = await startWorker({ ...variables(workerKeys[0]), ...bundles });
            const inputContext = { taskName: 'billing', inputVariables: { said: input } };
            const call = await connected(underTest, { inputContext });
            const { conversationId } = call;
            sandbox.exchange.callerHangsUp(call.transferId);
            await client.reportDisconnect(conversationId, { transferId: call.transferId, by: 'CUSTOMER' });
            // Without keys none are rotated, and the one goes on.
            const after = keys === undefined ? undefined : await startWorker(variables(workerKeys[1]));
            if (after !== undefined) await before.terminate();
            const again = await connected(underTest, {
              conversationId,
              transferId: `${conversationId}-b`,
              inputContext,
            });
            sandbox.exchange.aiEnds(again.transferId, {
              transferType: 'AGENT',
              transferVariables: { found: output },
            });
            const step = await client.reportDisconnect(conversationId, {
              transferId: again.transferId,
              by: 'GENERATIVE_AGENT',
            });
            expect(decisionIn(step)).toMatchObject({ outcome: 'AGENT' });
            expect(JSON.stringify(await client.result(conversationId))).toContain(output);
            await eventually(() => Promise.resolve(receiver.attempts.length > 0));
            sandbox.fail({
              method: 'POST',
              effect: { kind: 'body', body: JSON.stringify({ error: refusal }) },
            });
            await client.requestTransfer({ conversationId: `${conversationId}-refused`, country: 'US' });

            const shown = {
              without: await show(server.address, conversationId),
              withCodec: await withCodecEndpoint(keys, (options) =>
                show(server.address, conversationId, options),
              ),
            };
            await server.stop();
            const files = (await readdir(folder)).filter((name) => name.startsWith('server.db'));
            return {
              call,
              personal: [input, output, call.transferNumber, again.transferNumber],
              database: Buffer.concat(await Promise.all(files.map((name) => readFile(join(folder, name))))),
              told: JSON.stringify(receiver.attempts),
              log: before.output + (after?.output ?? ''),
              shown,
            };
          },
        ),
      ),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A history, as a person sees it on a terminal. */
async function show(address: string, conversationId: string, more: string[] = []): Promise<string> {
  const { path } = await findBinary(temporalCli);
  const workflowId = conversationWorkflowId(conversationId);
  const options = [
    '--address',
    address,
    '-w',
    workflowId,
    '--output',
    'json',
    '--env-file',
    '/dev/null',
    ...more,
  ];
  const shown = await promisify(execFile)(path, ['workflow', 'show', ...options], {
    timeout: 30_000,
    maxBuffer: 1 << 26,
  });
  return shown.stdout;
}

async function withCodecEndpoint<T>(
  keys: EncryptionKeys | undefined,
  body: (options: string[]) => Promise<T>,
): Promise<T> {
  if (keys === undefined) return await body([]);
  const [secret, issuer, audience] = [randomBytes(32).toString('hex'), 'https://login.example.com', 'codec'];
  const server = await createCodecServer({
    codec: new EncryptionCodec(keys),
    uiOrigins: [],
    checkToken: tokenCheck({ keys: { secret }, issuer, audience }),
  });
  const token = await new SignJWT({ iss: issuer, aud: audience, sub: 'ann' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1m')
    .sign(Buffer.from(secret));
  try {
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    return await body(['--codec-endpoint', url, '--codec-auth', `Bearer ${token}`]);
  } finally {
    await server.close();
  }
}

/** The texts that can be read among the bytes, plainly or as base64 at any of its three offsets. */
const readable = (bytes: Buffer, texts: string[]) =>
  texts.filter((text) =>
    [text, ...[0, 1, 2].map((offset) => inBase64(text, offset))].some((needle) => bytes.includes(needle)),
  );

const inBase64 = (text: string, offset: number) =>
  Buffer.from(' '.repeat(offset) + text)
    .toString('base64')
    .slice(offset === 0 ? 0 : 4, -4);

test('with keys nothing personal can be read in the database, while keys are rotated under an open call', async () => {
  const { call, personal, database, log, shown, told } = await play([
    `${first},${second}`,
    `${second},${first}`,
  ]);

  expect(database.includes(conversationWorkflowId(call.conversationId))).toBe(true);
  expect(readable(database, [...personal, refusal])).toEqual([]);
  expect(readable(Buffer.from(shown.without), personal)).toEqual([]);
  expect(readable(Buffer.from(shown.withCodec), personal)).toEqual(personal);
  expect(readable(Buffer.from(log), [...personal, refusal, first, second])).toEqual([]);
  expect(told).toContain(output);
  for (const id of ['k1', 'k2']) expect(shown.without).toContain(Buffer.from(id).toString('base64'));
});

test('without keys the same reading finds it', async () => {
  const { personal, database, log, shown } = await play([undefined, undefined]);

  expect(readable(database, personal)).toEqual(personal);
  expect(readable(Buffer.from(shown.without), personal)).toEqual(personal);
  // The log is for operators, with encryption or without.
  expect(readable(Buffer.from(log), [...personal, refusal])).toEqual([]);
});
