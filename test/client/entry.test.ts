/** The entry point for services that run no worker, as such a service loads it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { fallbackReasons } from '../../src/contract/outcomes';
import { projectRoot } from '../support/run-folder';

/** Loads an entry point alone, in a process of its own. */
async function loaded(entry: string): Promise<{ names: string[]; files: string[] }> {
  const program = `
    const names = Object.keys(require(process.argv[1]));
    process.stdout.write(JSON.stringify({ names, files: Object.keys(require.cache) }));`;
  const path = join(projectRoot, 'lib', entry);
  const { stdout } = await promisify(execFile)(process.execPath, ['--eval', program, path]);
  return JSON.parse(stdout) as { names: string[]; files: string[] };
}

const ofTheWorker =
  /node_modules\/(@temporalio\/(worker|core-bridge)|webpack|swc-loader|@swc)\/|lib\/(plugin|bundling)/;

/** It was 368 at the first release: what is loaded takes its time in every service that starts. */
const MOST_MODULES = 380;

test('a service loads neither the worker, nor its native part, nor webpack', async () => {
  const { names, files } = await loaded('client.js');

  expect(names).toContain('CallTransferClient');
  expect(files.filter((file) => ofTheWorker.test(file))).toEqual([]);
});

test('a service loads not many more modules than Temporal’s client and zod have', async () => {
  const { files } = await loaded('client.js');

  expect(files.length).toBeLessThanOrEqual(MOST_MODULES);
});

test('it has the reasons of fallbacks as values, as it has the outcomes', async () => {
  const { names } = await loaded('client.js');

  expect(names).toEqual(expect.arrayContaining(['outcomes', 'fallbackReasons']));
  expect(fallbackReasons).toContain('DIAL_BUSY');
});

test('it has nothing that the entry point for workers has not', async () => {
  const [client, index] = await Promise.all([loaded('client.js'), loaded('index.js')]);

  expect(index.files.some((file) => ofTheWorker.test(file))).toBe(true);
  expect(index.names).toEqual(expect.arrayContaining(client.names));
});
