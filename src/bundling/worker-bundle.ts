import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

import { encryptedFailureConverterPath } from '../codec/encryption-codec';
import { EnvironmentError } from '../environment/read-environment';

import { besideUsers, ownWorkflowsPath } from './bundle-options';

/** What a bundle of the workflows has in it, beside them. */
export interface WorkerBundleOptions {
  /** Failures are encoded: the worker encrypts. */
  encryption: boolean;
  /** Spans of workflows: the worker traces. */
  tracing: boolean;
}

const TRACING_INTERCEPTORS = '@temporalio/interceptors-opentelemetry/lib/workflow-interceptors';

/** The first line of a bundle says what it was made of and for. */
const labelOf = ({ encryption, tracing }: WorkerBundleOptions): string =>
  `// temporal-call-transfer ${versionOf('../../package.json')}, Temporal SDK ${versionOf('@temporalio/worker/package.json')}, ` +
  `encryption ${encryption ? 'on' : 'off'}, tracing ${tracing ? 'on' : 'off'}`;

const versionOf = (packageFile: string): string =>
  (JSON.parse(readFileSync(require.resolve(packageFile), 'utf8')) as { version: string }).version;

/** Bundles the workflows for `npx call-transfer-worker`, which takes seconds at every start otherwise. */
export async function makeWorkerBundle(options: WorkerBundleOptions): Promise<string> {
  const { code } = await bundleWorkflowCode({
    ...besideUsers({
      workflowsPath: ownWorkflowsPath,
      ...(options.tracing && { workflowInterceptorModules: [require.resolve(TRACING_INTERCEPTORS)] }),
    }),
    logger: new DefaultLogger('WARN'),
    ...(options.encryption && { failureConverterPath: encryptedFailureConverterPath }),
  });
  return `${labelOf(options)}\n${code}`;
}

/**
 * Reads a bundle that was made for this very worker.
 *
 * @throws EnvironmentError if it is not there, or was made of or for something else
 */
export async function readWorkerBundle(
  file: string,
  options: WorkerBundleOptions,
): Promise<{ code: string }> {
  const variable = 'CALL_TRANSFER_WORKFLOW_BUNDLE';
  const code = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new EnvironmentError([`${variable}: ${error instanceof Error ? error.message : String(error)}`]);
  });
  const [label = ''] = code.split('\n', 1);
  if (label !== labelOf(options)) {
    throw new EnvironmentError([
      `${variable}: ${file} does not fit this worker: make it again with npx call-transfer-bundle`,
      `  it is     ${label.slice(0, 200)}`,
      `  it must be ${labelOf(options)}`,
    ]);
  }
  return { code };
}
