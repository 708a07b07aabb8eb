/** The entry point for services that run no worker, as such a service loads it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

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

const ofTheWorker = /node_modules\/(@temporalio\/(worker|core-bridge)|webpack|@swc)\/|lib\/(plugin|bundling)/;

test('a service loads neither the worker, nor its native part, nor webpack', async () => {
  const { names, files } = await loaded('client.js');

  expect(names).toContain('CallTransferClient');
  expect(files.filter((file) => ofTheWorker.test(file))).toEqual([]);
});

test('it has nothing that the entry point for workers has not', async () => {
  const [client, index] = await Promise.all([loaded('client.js'), loaded('index.js')]);

  expect(index.files.some((file) => ofTheWorker.test(file))).toBe(true);
  expect(index.names).toEqual(expect.arrayContaining(client.names));
});
