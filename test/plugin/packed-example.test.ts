import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

import { projectRoot } from '../support/run-folder';
import { withRealServer } from '../support/with-temporal';

const run = promisify(execFile);
const LIMIT_MS = 300_000;

/** Each example, and what it prints of itself. */
const examples: [name: string, lines: string[]][] = [
  ['plugin-in-your-worker', []],
  [
    'encryption-and-tracing',
    [
      'stored as: binary/encrypted\n',
      // The request to ASAPP belongs to the trace of whoever asked for the number.
      'trace:       StartActivity:callTransferRequestNumber\ntrace:         RunActivity:callTransferRequestNumber\ntrace:           POST to ASAPP',
    ],
  ],
];

const names = [
  ['CallTransferPlugin', 'temporal-call-transfer'],
  ['callTransferWorkflow', 'temporal-call-transfer/workflow'],
  ['Sandbox', 'temporal-call-transfer/sandbox'],
] as const;
const say = `console.log(${names.map(([name]) => `typeof ${name}`).join(', ')});`;

/** Programs that take the package by its doors, as an ES module does and as CommonJS. */
const consumers = [
  [
    '--input-type=module',
    '-e',
    names.map(([name, door]) => `import { ${name} } from '${door}';`).join('') + say,
  ],
  ['-e', names.map(([name, door]) => `const { ${name} } = require('${door}');`).join('') + say],
];

test.each(examples)(
  'the packed package works in a worker outside of this repository: %s',
  async (name, lines) => {
    const folder = await mkdtemp(join(tmpdir(), 'packed-'));
    const example = join(folder, 'example');
    const npm = async (cwd: string, args: string[], environment: Record<string, string> = {}) => {
      const { PATH = '', HOME = '' } = process.env;
      const env = { PATH, HOME, ...environment };
      const { stdout } = await run('npm', args, { cwd, env, timeout: LIMIT_MS }).catch((error: unknown) => {
        const { stdout: printed, stderr } = error as { stdout: string; stderr: string };
        throw new Error(`npm ${String(args[0])} failed:\n${printed}\n${stderr}`, { cause: error });
      });
      return stdout;
    };
    try {
      // Built already: tests that spawn the worker at the same time must not see lib/ change.
      await npm(projectRoot, ['pack', '--ignore-scripts', '--pack-destination', folder]);
      const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
      expect(tarball).toBeDefined();
      await cp(join(projectRoot, 'examples', name), example, {
        recursive: true,
        filter: (path) => !['node_modules', 'lib', 'package-lock.json'].includes(basename(path)),
      });

      await npm(example, ['install', '--no-audit', '--no-fund', join(folder, String(tarball))]);
      const output = await withRealServer({}, (_, { address }) =>
        npm(example, ['start'], { TEMPORAL_ADDRESS: address }),
      );

      expect(output).toContain('customerWorkflow: customer of account 3434\n');
      expect(output).toContain('callTransferWorkflow: AGENT, route {"type":"QUEUE","queue":"agents"}\n');
      for (const line of lines) expect(output).toContain(line);
      const lock = await readFile(join(example, 'package-lock.json'), 'utf8');
      expect(lock).not.toContain(projectRoot);

      for (const script of consumers) {
        const { stdout } = await run(process.execPath, script, { cwd: example });
        expect(stdout.trim()).toBe('function function function');
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  LIMIT_MS,
);
