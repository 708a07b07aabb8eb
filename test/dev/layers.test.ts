import { join } from 'node:path';

import { ESLint } from 'eslint';

const root = join(__dirname, '../..');

const layerRules = ['import-x/no-restricted-paths', '@typescript-eslint/no-restricted-imports'];

/** Only the layers are asked about: what needs the type checker is left out, as the planted code is no file. */
const eslint = new ESLint({
  cwd: root,
  overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
  ruleFilter: ({ ruleId }) => layerRules.includes(ruleId),
});

/** What the layer rules say about this code, were it in this file. */
async function complaints(file: string, code: string): Promise<string[]> {
  const results = await eslint.lintText(`${code}\n`, { filePath: join(root, file) });
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ruleId ?? message));
}

const [path, specifier] = layerRules;

describe('the layers of src', () => {
  test.each([
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
  ])('%s may not say %s', async (file, code, rule) => {
    expect(await complaints(file, code)).toEqual([rule]);
  });

  test.each([
    ['src/workflows/leg.ts', "import type { X } from '../activities/types';"],
    ['src/workflows/leg.ts', "import { x } from '../leg/leg-state';"],
    ['src/sandbox/index.ts', "import type { X } from '../asapp/port';"],
    ['src/activities/types.ts', "import { x } from '../asapp/error';"],
    ['src/plugin.ts', "import { x } from './asapp/error';"],
  ])('%s may say %s', async (file, code) => {
    expect(await complaints(file, code)).toEqual([]);
  });
});
