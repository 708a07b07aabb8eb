/** Every rule of the layers is broken once on purpose: a rule that matches nothing says nothing. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { projectRoot } from '../support/run-folder';

const path = 'import-x/no-restricted-paths';
const specifier = '@typescript-eslint/no-restricted-imports';

type Planted = [file: string, code: string];

/** Imports of a folder that another one may not know. */
const foldersRefused: Planted[] = [
  ['src/account/ceilings.ts', "import { x } from '../activities/types';"],
  ['src/account/ledger.ts', "import { x } from '../workflows/alarm';"],
  ['src/activities/types.ts', "import type { X } from '../workflows/run-leg';"],
  ['src/activities/types.ts', "import { x } from '../client/errors';"],
  ['src/asapp/port.ts', "import { x } from '../activities/types';"],
  ['src/asapp/port.ts', "import { x } from '../sandbox/index';"],
  ['src/bin/gateway.ts', "import { x } from '../plugin';"],
  ['src/bin/gateway.ts', "import { x } from '../workflows/run-leg';"],
  ['src/bundling/bundle-options.ts', "import { x } from '../workflows/run-leg';"],
  ['src/bundling/bundle-options.ts', "import { x } from '../plugin';"],
  ['src/call-control/routes.ts', "import { x } from '../asapp/error';"],
  ['src/call-control/phone-systems/twilio/read.ts', "import { x } from '../../../conversation/answers';"],
  ['src/client/errors.ts', "import { x } from '../asapp/error';"],
  ['src/codec/keys.ts', "import { x } from '../contract/names';"],
  ['src/codec-server/token.ts', "import { x } from '../call-control/index';"],
  ['src/doctor/doctor.ts', "import { x } from '../workflows/run-leg';"],
  ['src/contract/names.ts', "import { x } from '../routing/policy';"],
  ['src/contract/names.ts', "import type { X } from '../leg/leg-state';"],
  ['src/contract/names.ts', "import { x } from '../plugin';"],
  ['src/conversation/answers.ts', "import { x } from '../workflows/web-ui';"],
  ['src/conversation/answers.ts', "import type { X } from '../activities/types';"],
  ['src/environment/program.ts', "import { x } from '../codec/environment';"],
  ['src/events/receiver.ts', "import { x } from '../workflows/run-leg';"],
  ['src/events/announce.ts', "import { x } from '../conversation/answers';"],
  ['src/leg/leg-state.ts', "import { x } from '../workflows/run-leg';"],
  ['src/leg/leg-state.ts', "import { x } from '../conversation/conversation-state';"],
  ['src/routing/policy.ts', "import { x } from '../leg/leg-state';"],
  ['src/sandbox/index.ts', "import { x } from '../workflows/run-leg';"],
  ['src/sandbox/index.ts', "import type { X } from '../asapp/port';"],
  ['src/worker-process/runtime.ts', "import { x } from '../activities/types';"],
  ['src/workflows/run-leg.ts', "import { x } from '../asapp/error';"],
  ['src/workflows/run-leg.ts', "import type { X } from '../asapp/port';"],
  ['src/client.ts', "export { x } from './plugin';"],
  ['src/client.ts', "export { x } from './worker-process/search-attributes';"],
  ['src/workflow.ts', "export { x } from './activities/types';"],
  ['src/plugin.ts', "import { x } from './sandbox/index';"],
  ['src/plugin.ts', "import { x } from './bin/gateway';"],
  ['src/plugin.ts', "import { x } from '../dev/free-port';"],
  ['src/client/errors.ts', "import { x } from '../../soak/random';"],
];

/** Imports of values from a folder of which only types may be known. */
const valuesRefused: Planted[] = [
  ['src/account/ceilings.ts', "import { x } from '../routing/policy';"],
  ['src/account/ledger.ts', "import { x } from '../routing/policy';"],
  ['src/workflows/run-leg.ts', "import { x } from '../activities/types';"],
];

const inWorkflows = [
  'src/account/ledger.ts',
  'src/account/messages.ts',
  'src/account/workflow.ts',
  'src/bundling/preloaded-modules.ts',
  'src/bundling/workflows-beside-users.ts',
  'src/codec/failure-converter.ts',
  'src/contract/names.ts',
  'src/conversation/answers.ts',
  'src/events/announce.ts',
  'src/events/messages.ts',
  'src/events/workflow.ts',
  'src/leg/leg-state.ts',
  'src/routing/policy.ts',
  'src/workflows/run-leg.ts',
];
const outsideWorkflows = [
  "import { readFileSync } from 'node:fs';",
  "import { readFileSync } from 'fs';",
  "import { Worker } from '@temporalio/worker';",
  "import type { Client } from '@temporalio/client';",
  "import { log } from '@temporalio/activity/lib/index';",
];

/** Of those, the ones that may use Temporal at all. */
const withoutLocalActivities = [
  'src/account/workflow.ts',
  'src/events/announce.ts',
  'src/events/workflow.ts',
  'src/workflows/run-leg.ts',
];

const withoutTemporal = [
  'src/asapp/port.ts',
  'src/conversation/answers.ts',
  'src/environment/program.ts',
  'src/leg/leg-state.ts',
  'src/routing/policy.ts',
  'src/sandbox/index.ts',
];

const withoutWorker = [
  'src/activities/types.ts',
  'src/bin/gateway.ts',
  'src/call-control/routes.ts',
  'src/client/errors.ts',
  'src/codec/keys.ts',
  'src/codec-server/token.ts',
];

const each = (files: readonly string[], codes: readonly string[]): Planted[] =>
  files.flatMap((file) => codes.map((code): Planted => [file, code]));

const packagesRefused: Planted[] = [
  ...each(inWorkflows, outsideWorkflows),
  ...each(withoutLocalActivities, ["import { proxyLocalActivities } from '@temporalio/workflow';"]),
  ...each(withoutTemporal, ["import { condition } from '@temporalio/workflow';"]),
  ...each(withoutWorker, ["import { Worker } from '@temporalio/worker';"]),
];

const testsRefused: [...Planted, rule: string][] = [
  ['test/dev/layers.test.ts', "test.failing('is wrong', () => undefined);", 'no-restricted-syntax'],
  ['test/dev/layers.test.ts', "it.failing('is wrong', () => undefined);", 'no-restricted-syntax'],
  ['test/dev/layers.test.ts', "test.failing.each([1])('is %d', () => undefined);", 'no-restricted-syntax'],
  ['test/dev/layers.test.ts', "test.skip('is left out', () => undefined);", 'jest/no-disabled-tests'],
];

const refused: [...Planted, rule: string][] = [
  ...foldersRefused.map(([file, code]): [...Planted, string] => [file, code, path]),
  ...[...valuesRefused, ...packagesRefused].map(([file, code]): [...Planted, string] => [
    file,
    code,
    specifier,
  ]),
  ...testsRefused,
];

const allowed: Planted[] = [
  ['src/events/receiver.ts', "import { request } from 'undici';"],
  ['src/events/events-worker.ts', "import { x } from '../bundling/worker-beside';"],
  ['src/workflows/closing.ts', "import { x } from '../events/announce';"],
  ['src/account/ceilings.ts', "import type { X } from '../routing/policy';"],
  ['src/account/account-connection.ts', "import { Worker } from '@temporalio/worker';"],
  ['src/activities/types.ts', "import { x } from '../asapp/error';"],
  ['src/activities/types.ts', "import { log } from '@temporalio/activity';"],
  ['src/asapp/port.ts', "import { setTimeout } from 'node:timers/promises';"],
  ['src/bin/gateway.ts', "import { x } from '../call-control/index';"],
  ['src/bin/sandbox.ts', "import { x } from '../sandbox/index';"],
  ['src/bundling/bundle-options.ts', "import { existsSync } from 'node:fs';"],
  ['src/bundling/workflows-beside-users.ts', "import { x } from '../workflow';"],
  ['src/call-control/routes.ts', "import { x } from '../client/errors';"],
  ['src/client/errors.ts', "import { Client } from '@temporalio/client';"],
  ['src/codec/keys.ts', "import { x } from '../environment/program';"],
  ['src/codec-server/token.ts', "import { x } from '../codec/keys';"],
  ['src/contract/names.ts', "import { defineSignal } from '@temporalio/workflow';"],
  ['src/conversation/answers.ts', "import { x } from '../leg/leg-state';"],
  ['src/environment/program.ts', "import { x } from '../contract/parse';"],
  ['src/leg/leg-state.ts', "import { x } from '../contract/names';"],
  ['src/routing/policy.ts', "import { x } from '../contract/names';"],
  ['src/doctor/doctor.ts', "import { x } from '../worker-process/search-attributes';"],
  ['src/sandbox/index.ts', "import { createServer } from 'node:http';"],
  ['src/worker-process/runtime.ts', "import type { X } from '../asapp/port';"],
  ['src/worker-process/runtime.ts', "import { Runtime } from '@temporalio/worker';"],
  ['src/workflows/run-leg.ts', "import type { X } from '../activities/types';"],
  ['src/workflows/run-leg.ts', "import { x } from '../leg/leg-state';"],
  ['src/workflows/run-leg.ts', "import { x } from '../conversation/conversation-state';"],
  ['src/client.ts', "export { x } from './client/errors';"],
  ['src/client.ts', "export { x } from './contract/names';"],
  ['src/workflow.ts', "export { x } from './workflows/call-transfer';"],
  ['src/plugin.ts', "import { x } from './asapp/error';"],
  ['test/dev/layers.test.ts', "test('is right', () => undefined);"],
];

/** The rules that each piece of code breaks, were it in its file. */
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
  const broken = complaints.get(key(file, code)) ?? [];
  expect([...new Set(broken)]).toEqual([rule]);
});

test.each(allowed)('%s may say %s', (file, code) => {
  expect(complaints.get(key(file, code))).toEqual([]);
});

// An import that leads nowhere breaks no rule.
test('all files that are named here exist', () => {
  const named = [...refused, ...allowed].flatMap(([file, code]) => {
    const imported = /from '(\.[^']+)'/.exec(code)?.[1];
    return imported === undefined ? [file] : [file, `${join(file, '..', imported)}.ts`];
  });

  expect(named.filter((file) => !existsSync(join(projectRoot, file)))).toEqual([]);
});

test.each([
  ['may not import something', foldersRefused],
  ['may import something', allowed],
])('of every folder of src it is shown that it %s', (_, planted) => {
  const folders = readdirSync(join(projectRoot, 'src'), { withFileTypes: true });
  const shown = planted.map(([file]) => file.split('/')[1]);

  expect(folders.filter((each) => each.isDirectory() && !shown.includes(each.name))).toEqual([]);
});
