import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { oncePerRun, projectRoot } from './run-folder';

/** What a worker's bundle has to fit. */
export interface WorkerBundleOptions {
  encryption?: boolean;
  tracing?: boolean;
}

/** A file for `CALL_TRANSFER_WORKFLOW_BUNDLE`, made by the built `call-transfer-bundle` once in a run of jest. */
export async function workerBundle({ encryption, tracing }: WorkerBundleOptions = {}): Promise<string> {
  const flags = [...(encryption ? ['--encryption'] : []), ...(tracing ? ['--tracing'] : [])];
  return await oncePerRun(`worker-bundle${flags.join('')}.js`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'worker-bundle-'));
    try {
      const file = join(folder, 'workflows.js');
      const program = join(projectRoot, 'lib', 'bin', 'bundle.js');
      await promisify(execFile)(process.execPath, [program, file, ...flags]);
      return await readFile(file, 'utf8');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

/**
 * What tells a worker with this environment where its bundle is, so that it need not bundle at its start. An environment
 * that has the variable already keeps it: an empty one is for a worker that bundles.
 */
export async function withWorkerBundle(environment: Record<string, string>): Promise<Record<string, string>> {
  if ('CALL_TRANSFER_WORKFLOW_BUNDLE' in environment) return environment;
  const CALL_TRANSFER_WORKFLOW_BUNDLE = await workerBundle({
    encryption: Object.keys(environment).some((name) => name.startsWith('CALL_TRANSFER_ENCRYPTION_KEY')),
    tracing: environment['OTEL_EXPORTER_OTLP_ENDPOINT'] !== undefined,
  });
  return { ...environment, CALL_TRANSFER_WORKFLOW_BUNDLE };
}
