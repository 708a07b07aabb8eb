/**
 * Reads `[file, code]` pairs from standard input and writes, for each, which of the rules below this code breaks were it
 * in this file. A program of its own, as ESLint loads its configuration in a way that jest does not allow.
 */
import { text } from 'node:stream/consumers';

import { ESLint } from 'eslint';

const rules = [
  'import-x/no-restricted-paths',
  '@typescript-eslint/no-restricted-imports',
  'no-restricted-syntax',
  'jest/no-disabled-tests',
];

async function main(): Promise<void> {
  const planted = JSON.parse(await text(process.stdin)) as [string, string][];
  // What needs types is left out: the code is not what the file holds.
  const eslint = new ESLint({
    overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
    ruleFilter: ({ ruleId }) => rules.includes(ruleId),
  });
  const complaints: string[][] = [];
  for (const [filePath, code] of planted) {
    const results = await eslint.lintText(`${code}\n`, { filePath });
    complaints.push(
      results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ruleId ?? message)),
    );
  }
  process.stdout.write(JSON.stringify(complaints));
}

void main();
