#!/usr/bin/env node
/**
 * `npx call-transfer-bundle <file> [--encryption] [--tracing]`: bundles the workflows for the worker, once for all its
 * starts. The worker takes the file by `CALL_TRANSFER_WORKFLOW_BUNDLE`.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { checkPackages, packagesOf } from '../environment/needed-packages';

const usage = 'Usage: call-transfer-bundle <file> [--encryption] [--tracing]';

async function main(): Promise<void> {
  const flag = { type: 'boolean', default: false } as const;
  const options = { encryption: flag, tracing: flag };
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new Error(usage);
  checkPackages('The bundle', packagesOf.bundle(values));
  const { makeWorkerBundle } = await import('../bundling/worker-bundle.js');
  await writeFile(file, await makeWorkerBundle(values));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
