import type { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Worker,
  type BundleOptions,
  type WorkerOptions,
} from '@temporalio/worker';

import {
  CallTransferClient,
  CallTransferPlugin,
  conversationWorkflowId,
  failureTypes,
  type CallTransferPluginOptions,
  type ConversationSettingsInput,
} from '../../src/index';
import { connected, decisionIn, hungUp } from '../support/calls';
import { forFile } from '../support/for-file';
import { uniqueId } from '../support/unique-id';
import { withCallTransfer } from '../support/with-call-transfer';
import { withSandbox } from '../support/with-sandbox';
import { withRealServer } from '../support/with-temporal';

import { usersActivities } from './users-activities';
import type { usersWorkflow } from './users-workflows';

const LIMIT_MS = 120_000;
const nobody = { apiUrl: 'http://localhost:1', apiId: 'none', apiSecret: 'none' };
const usersPath = require.resolve('./users-workflows');
const quiet = new DefaultLogger('WARN');

interface Given {
  env: TestWorkflowEnvironment;
  address: string;
  plugin: CallTransferPlugin;
}

const connections: NativeConnection[] = [];

afterEach(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.close()));
});

/** A connection that has the plugin, and that the worker under test takes it from. */
async function connectedWith({ address, plugin }: Given): Promise<NativeConnection> {
  const connection = await NativeConnection.connect({ address, plugins: [plugin] });
  connections.push(connection);
  return connection;
}

/** Runs a worker that the test describes, and on it the user's workflow and a call with a reconnection. */
async function runBoth(
  options: (given: Given) => Partial<WorkerOptions> | Promise<Partial<WorkerOptions>>,
): Promise<{ customer: string; outcomes: string[] }> {
  return await withRealServer({}, (env, { address }) =>
    withSandbox({}, async (sandbox) => {
      const plugin = new CallTransferPlugin({ asapp: sandbox.asapp });
      const taskQueue = uniqueId('plugin');
      const worker = await Worker.create({
        connection: env.nativeConnection,
        taskQueue,
        activities: usersActivities,
        ...(await options({ env, address, plugin })),
      });
      // An option that the SDK's types do not have.
      expect(worker.options).toMatchObject({ isolateExecutionTimeoutMs: 60_000 });
      const client = new CallTransferClient(env.client, { taskQueue });
      return await worker.runUntil(async () => {
        const customer = await env.client.workflow.execute<typeof usersWorkflow>('usersWorkflow', {
          taskQueue,
          workflowId: uniqueId('users'),
          args: ['4711'],
        });

        const { conversationId } = await hungUp({ client, sandbox });
        const { transferId } = await connected(
          { client, sandbox },
          { conversationId, transferId: `${conversationId}-b` },
        );
        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
        const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
        return { customer, outcomes: decisionIn(step).legs.map(({ outcome }) => outcome) };
      });
    }),
  );
}

const both = { customer: 'customer of 4711', outcomes: ['CUSTOMER_HUNG_UP', 'AGENT'] };

describe("the plugin beside a user's own workflows and activities", () => {
  test(
    'given to the worker',
    async () => {
      expect(await runBoth(({ plugin }) => ({ workflowsPath: usersPath, plugins: [plugin] }))).toEqual(both);
    },
    LIMIT_MS,
  );

  test(
    'given to the connection alone',
    async () => {
      expect(
        await runBoth(async (given) => ({
          workflowsPath: usersPath,
          connection: await connectedWith(given),
        })),
      ).toEqual(both);
    },
    LIMIT_MS,
  );

  test(
    'given to the connection and to the worker',
    async () => {
      expect(
        await runBoth(async (given) => ({
          workflowsPath: usersPath,
          connection: await connectedWith(given),
          plugins: [given.plugin],
        })),
      ).toEqual(both);
    },
    LIMIT_MS,
  );

  test(
    'beside users who re-export the workflows themselves',
    async () => {
      expect(
        await runBoth(({ plugin }) => ({
          workflowsPath: require.resolve('./users-reexporting-workflows'),
          plugins: [plugin],
        })),
      ).toEqual(both);
    },
    LIMIT_MS,
  );

  test(
    'with a bundle built beforehand',
    async () => {
      expect(
        await runBoth(async ({ plugin }) => ({
          workflowBundle: await bundleWorkflowCode({
            workflowsPath: usersPath,
            plugins: [plugin],
            logger: quiet,
          }),
          plugins: [plugin],
        })),
      ).toEqual(both);
    },
    LIMIT_MS,
  );

  test(
    'with a bundle of re-exported workflows that was built without the plugin',
    async () => {
      expect(
        await runBoth(async ({ plugin }) => ({
          workflowBundle: await bundleWorkflowCode({
            workflowsPath: require.resolve('./users-reexporting-workflows'),
            logger: quiet,
          }),
          plugins: [plugin],
        })),
      ).toEqual(both);
    },
    LIMIT_MS,
  );

  test.each(['an object', 'a list'])(
    "calls the user's own webpackConfigHook, whose aliases are %s",
    async (shape) => {
      const webpackConfigHook = jest.fn<ReturnType<Hook>, Parameters<Hook>>((config) => {
        const given = config.resolve?.alias as Record<string, string | false>;
        const aliases = { ...given, 'users-alias': usersPath };
        const list = Object.entries(aliases).map(([name, alias]) => ({
          // A name that ends with `$` means this module and none below it.
          name: name.replace(/\$$/, ''),
          alias,
          onlyModule: name.endsWith('$'),
        }));
        return { ...config, resolve: { ...config.resolve, alias: shape === 'a list' ? list : aliases } };
      });
      expect(
        await runBoth(({ plugin }) => ({
          workflowsPath: usersPath,
          bundlerOptions: { webpackConfigHook },
          plugins: [plugin],
        })),
      ).toEqual(both);
      expect(webpackConfigHook).toHaveBeenCalledTimes(1);
    },
    LIMIT_MS,
  );
});

type Hook = NonNullable<BundleOptions['webpackConfigHook']>;

test('an activity of the user under a name that the plugin needs is an error that names it', async () => {
  await withRealServer({}, async (env) => {
    const creating = Worker.create({
      connection: env.nativeConnection,
      taskQueue: uniqueId('plugin'),
      activities: { ...usersActivities, callTransferChooseRoute: () => Promise.resolve() },
      plugins: [new CallTransferPlugin({ asapp: nobody })],
    });
    await expect(creating).rejects.toThrow(
      'The worker has another activity named callTransferChooseRoute, which temporal-call-transfer needs',
    );
  });
});

test("a limit of the user's own on the code of workflows is kept", () => {
  const own = { taskQueue: 'calls', isolateExecutionTimeout: '7 seconds' };
  expect(new CallTransferPlugin({ asapp: nobody }).configureWorker(own)).toMatchObject(own);
});

describe('replay with the plugin', () => {
  const call = forFile<{ history: unknown; workflowId: string }>((body) =>
    withRealServer({}, (env) =>
      withCallTransfer(env, {}, async ({ client, sandbox }) => {
        const { conversationId, transferId } = await connected({ client, sandbox });
        sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
        await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
        await client.result(conversationId);
        const workflowId = conversationWorkflowId(conversationId);
        const history = await env.client.workflow.getHandle(workflowId).fetchHistory();
        await body({ history, workflowId });
      }),
    ),
  );

  test(
    'needs nothing else',
    async () => {
      const { history, workflowId } = call();
      const plugins = [new CallTransferPlugin({ asapp: nobody })];
      await expect(Worker.runReplayHistory({ plugins }, history, workflowId)).resolves.toBeUndefined();
    },
    LIMIT_MS,
  );

  test(
    "goes beside a user's own workflows",
    async () => {
      const { history, workflowId } = call();
      const plugins = [new CallTransferPlugin({ asapp: nobody })];
      const replaying = Worker.runReplayHistory({ workflowsPath: usersPath, plugins }, history, workflowId);
      await expect(replaying).resolves.toBeUndefined();
    },
    LIMIT_MS,
  );
});

test.each<[string, Partial<CallTransferPluginOptions>]>([
  ['settings: requestDeadlineMs', { settings: { requestDeadlineMs: 1 } }],
  ['settings: reconnectWindowMs.AGENT', { settings: { reconnectWindowMs: { AGENT: -1 } } }],
  ['settings: maxLegsPerRun', { settings: { maxLegsPerRun: 0 } }],
  ['ringTimeoutMs', { settings: { ringTimeoutMs: 1 } as ConversationSettingsInput }],
  ['ceilings: concurrentCalls', { ceilings: { concurrentCalls: 10_001 } }],
  ['ceilings: requestsPerSecond', { ceilings: { requestsPerSecond: 0 } }],
  ['ceilings: account', { ceilings: { account: 'a/b' } }],
])('a bad option %s is refused by its name', (name, options) => {
  let refusal: unknown;
  try {
    new CallTransferPlugin({ asapp: nobody, ...options });
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({ type: failureTypes.invalidInput, nonRetryable: true });
  expect((refusal as Error).message).toContain(name.replace(': ', ' is not valid: '));
});
