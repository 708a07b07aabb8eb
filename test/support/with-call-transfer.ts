import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkerOptions } from '@temporalio/worker';

import type { HttpCallTransfersOptions } from '../../src/asapp/http-call-transfers';
import {
  CallTransferClient,
  CallTransferPlugin,
  type CallTransferClientOptions,
  type CallTransferPluginOptions,
} from '../../src/index';
import type { Sandbox, SandboxOptions } from '../../src/sandbox';

import { forFile, heldForFile } from './for-file';
import { unhurried } from './unhurried';
import { uniqueId } from './unique-id';
import { withSandbox } from './with-sandbox';
import { withRealServer } from './with-temporal';
import { workflowBundle } from './workflow-bundle';

export interface CallTransferSetup {
  sandbox?: SandboxOptions;
  /** Of the client, besides where the stand-in is. */
  asapp?: Partial<HttpCallTransfersOptions>;
  routing?: CallTransferPluginOptions['routing'];
  settings?: CallTransferPluginOptions['settings'];
  admission?: CallTransferPluginOptions['admission'];
  events?: CallTransferPluginOptions['events'];
  worker?: Partial<WorkerOptions>;
  client?: CallTransferClientOptions;
}

export interface CallTransferUnderTest {
  env: TestWorkflowEnvironment;
  client: CallTransferClient;
  sandbox: Sandbox;
  taskQueue: string;
}

/**
 * Runs the body with a stand-in for ASAPP and a worker that has the plugin. On the real server the tests of a file that
 * ask for the same settings, and for the very same policy and sandbox, share one, with a task queue of its own: a worker
 * takes its time to start. What goes wrong with ASAPP in one body does not in the next; its requests and calls are all
 * there, so tests ask for those of their own ids. Who names options of the worker or of the client has one alone.
 */
export async function withCallTransfer<T>(
  env: TestWorkflowEnvironment,
  setup: CallTransferSetup,
  body: (underTest: CallTransferUnderTest) => Promise<T>,
): Promise<T> {
  if (env.supportsTimeSkipping || !isShareable(setup)) return await withOwnCallTransfer(env, setup, body);
  const ofServer = heldByFile.get(env) ?? new Map<string, Promise<CallTransferUnderTest>>();
  heldByFile.set(env, ofServer);
  const key = setupKey(setup);
  const held = ofServer.get(key) ?? heldForFile((keep) => withOwnCallTransfer(env, setup, keep));
  ofServer.set(key, held);
  const underTest = await held;
  try {
    return await body({ ...underTest, env });
  } finally {
    underTest.sandbox.heal();
  }
}

/** By server, and by {@link setupKey}. */
const heldByFile = new Map<TestWorkflowEnvironment, Map<string, Promise<CallTransferUnderTest>>>();

/** Whether tests of a file may have one worker with this setup. */
export const isShareable = ({ worker, client }: CallTransferSetup): boolean =>
  worker === undefined && client === undefined;

/** The same for the same settings with the same policy and sandbox: what holds functions is the same only as itself. */
export function setupKey({ settings = {}, asapp = {}, ...others }: CallTransferSetup): string {
  const { routing, sandbox, admission, events } = others;
  const same = [routing, sandbox, admission, events].map(numberOf);
  return [JSON.stringify(settings), JSON.stringify(asapp), ...same].join(' ');
}

const numbered: unknown[] = [];

function numberOf(thing: unknown): number {
  if (!numbered.includes(thing)) numbered.push(thing);
  return numbered.indexOf(thing);
}

/** The same, for this body alone. */
export async function withOwnCallTransfer<T>(
  env: TestWorkflowEnvironment,
  {
    sandbox: sandboxOptions = {},
    asapp = {},
    routing,
    settings = {},
    admission,
    events,
    worker: workerOptions,
    client: clientOptions,
  }: CallTransferSetup,
  body: (underTest: CallTransferUnderTest) => Promise<T>,
): Promise<T> {
  // Where time is skipped a slow machine costs no limit.
  const limits = env.supportsTimeSkipping ? undefined : unhurried;
  return await withSandbox(sandboxOptions, async (sandbox) => {
    const taskQueue = uniqueId('call-transfer');
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      workflowBundle: await workflowBundle(),
      // Each thread takes its time to start, and most tests have one call at a time.
      workflowThreadPoolSize: 1,
      plugins: [
        new CallTransferPlugin({
          asapp: { ...sandbox.asapp, ...asapp },
          ...(routing === undefined ? {} : { routing }),
          ...(limits === undefined ? { settings } : { settings: { ...limits.settings, ...settings } }),
          ...(admission === undefined ? {} : { admission }),
          ...(events === undefined ? {} : { events }),
        }),
      ],
      ...workerOptions,
    });
    const client = new CallTransferClient(env.client, { taskQueue, ...limits?.client, ...clientOptions });
    return await worker.runUntil(body({ env, client, sandbox, taskQueue }));
  });
}

/**
 * One stand-in for ASAPP and one worker on the real server, for all tests of a file. What goes wrong with ASAPP in a test
 * does not in the next one; its requests and calls are all there, so tests ask for those of their own ids.
 */
export function callTransferForFile(setup: CallTransferSetup = {}): () => CallTransferUnderTest {
  const underTest = forFile<CallTransferUnderTest>((body) =>
    withRealServer({}, (env) => withCallTransfer(env, setup, body)),
  );
  afterEach(() => {
    underTest().sandbox.heal();
  });
  return underTest;
}
