import { execFile } from 'node:child_process';
import { cp, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

import { forFile } from '../support/for-file';
import { INSTALL_LIMIT_MS, npm, npmInstall, withTarball } from '../support/packed';
import { projectRoot } from '../support/run-folder';
import { withRealServer } from '../support/with-temporal';

const run = promisify(execFile);

/** Each example, and what it prints of itself. The one that needs more packages comes after the one that needs fewer. */
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

/** The packed package, and the folder in which the examples are installed. */
const packed = forFile(withTarball);

/** Puts an example in place of the one before. What both need is installed already; the rest is added, or removed. */
async function install(name: string): Promise<string> {
  const { folder, tarball } = packed();
  const example = join(folder, 'example');
  for (const replaced of ['src', 'lib', 'package-lock.json'])
    await rm(join(example, replaced), { recursive: true, force: true });
  await cp(join(projectRoot, 'examples', name), example, {
    recursive: true,
    filter: (path) => !['node_modules', 'lib', 'package-lock.json'].includes(basename(path)),
  });
  await npmInstall(example, [tarball]);
  return example;
}

test.each(examples)(
  'the packed package works in a worker outside of this repository: %s',
  async (name, lines) => {
    const example = await install(name);
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
  },
  INSTALL_LIMIT_MS,
);
