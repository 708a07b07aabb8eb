import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { projectRoot } from '../support/run-folder';

const path = 'import-x/no-restricted-paths';
const specifier = '@typescript-eslint/no-restricted-imports';

const refused: [file: string, code: string, rule: string][] = [
  ['src/contract/names.ts', "import { x } from '../routing/policy';", path],
  ['src/contract/names.ts', "import type { X } from '../leg/leg-state';", path],
  ['src/contract/names.ts', "import { x } from '../plugin';", path],
  ['src/contract/names.ts', "import { readFileSync } from 'node:fs';", specifier],
  ['src/contract/names.ts', "import { Worker } from '@temporalio/worker';", specifier],
  ['src/contract/names.ts', "import { Client } from '@temporalio/client';", specifier],
  ['src/contract/names.ts', "import { log } from '@temporalio/activity';", specifier],
  ['src/routing/policy.ts', "import { x } from '../leg/leg-state';", path],
  ['src/leg/leg-state.ts', "import { x } from '../workflows/leg';", path],
  ['src/workflows/leg.ts', "import { x } from '../asapp/error';", path],
  ['src/workflows/leg.ts', "import type { X } from '../asapp/port';", path],
  ['src/workflows/leg.ts', "import { x } from '../activities/types';", specifier],
  ['src/workflows/leg.ts', "import { readFileSync } from 'node:fs';", specifier],
  ['src/workflows/leg.ts', "import { Worker } from '@temporalio/worker';", specifier],
  ['src/workflows/leg.ts', "import { Client } from '@temporalio/client';", specifier],
  ['src/workflows/leg.ts', "import { log } from '@temporalio/activity/lib/index';", specifier],
  ['src/asapp/port.ts', "import { x } from '../activities/types';", path],
  ['src/activities/types.ts', "import type { X } from '../workflows/leg';", path],
  ['src/activities/types.ts', "import { x } from '../client/errors';", path],
  ['src/client/errors.ts', "import { x } from '../asapp/error';", path],
  ['src/sandbox/index.ts', "import { x } from '../workflows/leg';", path],
  ['src/sandbox/index.ts', "import { x } from '../asapp/error';", specifier],
  ['src/asapp/port.ts', "import { x } from '../sandbox/index';", path],
  ['src/plugin.ts', "import { x } from './sandbox/index';", path],
  ['src/plugin.ts', "import { x } from '../dev/free-port';", path],
];

const allowed: [file: string, code: string][] = [
  ['src/workflows/leg.ts', "import type { X } from '../activities/types';"],
  ['src/workflows/leg.ts', "import { x } from '../leg/leg-state';"],
  ['src/sandbox/index.ts', "import type { X } from '../asapp/port';"],
  ['src/activities/types.ts', "import { x } from '../asapp/error';"],
  ['src/plugin.ts', "import { x } from './asapp/error';"],
];

/** The layer rules that each piece of code breaks, were it in its file. */
const complaints = new Map<string, string[]>();

function key(file: string, code: string): string {
  return `${file}: ${code}`;
}

beforeAll(() => {
  const planted = [...refused, ...allowed].map(([file, code]) => [file, code] as const);
  const program = [require.resolve('tsx/cli'), join(__dirname, 'layer-complaints.ts')];
  const { stdout, stderr, status } = spawnSync(process.execPath, program, {
    cwd: projectRoot,
    input: JSON.stringify(planted),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const answers = JSON.parse(stdout) as string[][];
  planted.forEach(([file, code], index) => complaints.set(key(file, code), answers[index] ?? []));
});

test.each(refused)('%s may not say %s', (file, code, rule) => {
  expect(complaints.get(key(file, code))).toEqual([rule]);
});

test.each(allowed)('%s may say %s', (file, code) => {
  expect(complaints.get(key(file, code))).toEqual([]);
});
