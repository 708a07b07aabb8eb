/** How this package's workflows get into a worker's bundle, beside those that the worker's owner has. */
import type { BundleOptions, ReplayWorkerOptions, WorkerOptions } from '@temporalio/worker';

/** How the bundle's entry names the user's own workflows; resolved by an alias. */
const USER_WORKFLOWS = 'temporal-call-transfer/user-workflows';

const preloadedPath = require.resolve('./preloaded-modules');
const interceptorsPath = require.resolve('./workflow-interceptors');
const besideUsersPath = require.resolve('./workflows-beside-users');
export const ownWorkflowsPath = require.resolve('../workflow');

/** A worker without workflows of its own gets this package's alone. */
export const withWorkflows = ({
  workflowsPath,
  workflowBundle,
}: WorkerOptions | ReplayWorkerOptions): { workflowsPath?: string } =>
  workflowsPath === undefined && workflowBundle === undefined ? { workflowsPath: ownWorkflowsPath } : {};

/** Bundles this package's workflows together with the user's. May be applied twice. */
export function besideUsers(options: BundleOptions): BundleOptions {
  const { workflowsPath, webpackConfigHook } = options;
  const ours = {
    preloadModules: [...new Set([...(options.preloadModules ?? []), preloadedPath])],
    workflowInterceptorModules: [
      ...new Set([...(options.workflowInterceptorModules ?? []), interceptorsPath]),
    ],
  };
  if ([ownWorkflowsPath, besideUsersPath].includes(workflowsPath)) return { ...options, ...ours };
  return {
    ...options,
    ...ours,
    workflowsPath: besideUsersPath,
    webpackConfigHook: (config) => {
      const hooked = webpackConfigHook?.(config) ?? config;
      const alias = withUsers(hooked.resolve?.alias, workflowsPath);
      return { ...hooked, resolve: { ...hooked.resolve, alias } };
    },
  };
}

type Aliases = NonNullable<
  NonNullable<Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0]['resolve']>['alias']
>;

/** Webpack takes aliases as an object or as a list. */
const withUsers = (aliases: Aliases | undefined, workflowsPath: string): Aliases =>
  Array.isArray(aliases)
    ? [...aliases, { name: USER_WORKFLOWS, alias: workflowsPath, onlyModule: true }]
    : { ...aliases, [USER_WORKFLOWS]: workflowsPath };
