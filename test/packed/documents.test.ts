/** Every fenced command and snippet of README and docs, as written, beside a started demonstration and the packed package. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { parse, type ParseError } from 'jsonc-parser';

import { findBinary } from '../../dev/temporal-binaries/find-binary';
import { temporalCli } from '../../dev/temporal-binaries/pinned';
import { forFile } from '../support/for-file';
import { npmInstall, withTarball } from '../support/packed';
import { projectRoot } from '../support/run-folder';

const run = promisify(execFile);
const LIMIT_MS = 300_000;
const BLOCK_LIMIT_MS = 100_000;

interface Block {
  /** Such as `docs/curl.md:12`. */
  place: string;
  language: string;
  text: string;
  /** What stands in the comment before it: why it is not run, or what it prints once it is up. */
  note: string;
}

const documents = [
  'README.md',
  ...readdirSync(join(projectRoot, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));

function blocksOf(document: string): Block[] {
  const text = readFileSync(join(projectRoot, document), 'utf8');
  const fenced = /(?:<!-- ([^\n]*) -->\n\n)?^( *)```(\w*)\n([\s\S]*?)\n^\2```$/gm;
  return [...text.matchAll(fenced)].map(
    ({ index, 0: all, 1: note = '', 2: indent = '', 3: language = '', 4: body = '' }) => ({
      place: `${document}:${text.slice(0, index + all.indexOf('```')).split('\n').length}`,
      language,
      text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      note,
    }),
  );
}

const blocks = documents.flatMap(blocksOf);
const isRun = ({ note }: Block) => !note.startsWith('not run here: ');
const commands = blocks.filter((block) => block.language === 'sh' && isRun(block));
/** The file that a snippet is, by its first line. */
const fileOf = ({ text }: Block) => /^\/\/ (\S+\.\w+)/.exec(text)?.[1];
const snippets = blocks.filter(({ language }) => ['ts', 'js', 'jsonc'].includes(language));
const files = snippets.filter((block) => fileOf(block) !== undefined);

/** A project that has the packed package, with the snippets that are files, and the environment that `npm start` prints. */
const underTest = forFile<{ project: string; environment: NodeJS.ProcessEnv }>((body) =>
  withTarball(async ({ folder: project, tarball }) => {
    const example = readFileSync(join(projectRoot, 'examples/plugin-in-your-worker/package.json'), 'utf8');
    const { dependencies } = JSON.parse(example) as { dependencies: Record<string, string> };
    await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, dependencies }));
    // What of the documents needs an optional package says so.
    await npmInstall(project, [tarball, 'tsx', 'typescript@6', '@types/node@20']);
    for (const block of files) await writeFile(join(project, fileOf(block) ?? ''), `${block.text}\n`);
    const bin = join(project, 'node_modules', '.bin');
    await symlink((await findBinary(temporalCli)).path, join(bin, 'temporal'));
    const demonstration = startDemonstration();
    try {
      const exported = await exportedBy(demonstration);
      const PATH = [bin, dirname(process.execPath), process.env['PATH'] ?? ''].join(':');
      await body({ project, environment: { ...process.env, ...exported, PATH } });
    } finally {
      demonstration.kill('SIGINT');
    }
  }),
);

function startDemonstration(): ChildProcess {
  const tsx = join(projectRoot, 'node_modules', '.bin', 'tsx');
  return spawn(tsx, [join(projectRoot, 'dev', 'start.ts')], {
    cwd: projectRoot,
    env: { ...process.env, TEMPORAL_ADDRESS: undefined, ASAPP_API_ID: undefined },
  });
}

/** What `npm start` says to export, once it stays up. */
async function exportedBy(demonstration: ChildProcess): Promise<Record<string, string>> {
  const output = await printed(demonstration, 'Everything stays up until Ctrl+C');
  const lines = [...output.matchAll(/^ +export (\w+)=(.*)$/gm)];
  return Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]));
}

/** What a program prints until this is among it. */
function printed(child: ChildProcess, awaited: string): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    const hear = (text: string) => {
      output += text;
      if (output.includes(awaited)) resolve(output);
    };
    child.stdout?.setEncoding('utf8').on('data', hear);
    child.stderr?.setEncoding('utf8').on('data', hear);
    child.once('close', () => {
      reject(new Error(`It ended without "${awaited}":\n${output}`));
    });
  });
}

test('there is something to run, and what is not run says why', () => {
  expect(commands.length).toBeGreaterThan(8);
  expect(files.length).toBeGreaterThan(4);
  const reasons = blocks
    .filter((block) => !isRun(block))
    .map(({ note }) => note.replace('not run here: ', ''));
  expect(reasons.every((reason) => reason.length > 10)).toBe(true);
});

test.each(blocks.filter(({ language }) => language === 'ts'))(
  'the program at $place says which file it is',
  (block) => {
    expect(fileOf(block)).toMatch(/\.ts$/);
  },
);

test.each(blocks.filter(({ language }) => ['json', 'jsonc'].includes(language)))(
  'the JSON at $place can be read',
  ({ text }) => {
    const errors: ParseError[] = [];
    parse(text, errors, { allowTrailingComma: true });
    expect(errors).toEqual([]);
  },
);

test(
  'every program has valid types',
  async () => {
    const programs = files.map(fileOf).filter((name) => name?.endsWith('.ts'));
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'node16', '--target', 'es2022'];
    const args = [...options, '--types', 'node', '--ignoreConfig', ...programs.map(String)];
    const { stdout } = await run('tsc', args, {
      cwd: underTest().project,
      env: underTest().environment,
    }).catch((error: unknown) => error as { stdout: string });
    expect(stdout).toBe('');
    expect(programs.length).toBeGreaterThan(3);
  },
  LIMIT_MS,
);

test.each(files.filter(({ language }) => language === 'js'))(
  'the module at $place is JavaScript',
  async (block) => {
    await run(process.execPath, ['--check', fileOf(block) ?? ''], { cwd: underTest().project });
    expect(fileOf(block)).toMatch(/\.js$/);
  },
);

test.each(commands)(
  'the commands at $place run as written',
  async ({ text }) => {
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', text], {
      cwd: underTest().project,
      env: underTest().environment,
      timeout: BLOCK_LIMIT_MS,
    });
    // What falls back, or is refused, is a mistake of the document, unless the document says so.
    expect(stdout.includes('ASAPP_SERVER_ERROR')).toBe(text.includes('"status":503'));
    expect(stdout).not.toMatch(/InvalidInput|TEMPORAL_UNAVAILABLE|TransferIdConflict/);
  },
  LIMIT_MS,
);

test(
  'the worker of the documents runs',
  async () => {
    const worker = spawn('npx', ['tsx', 'worker.ts'], {
      cwd: underTest().project,
      env: {
        ...underTest().environment,
        ASAPP_API_URL: underTest().environment['SANDBOX_URL'],
        ASAPP_API_ID: 'sandbox-id',
        ASAPP_API_SECRET: 'sandbox-secret',
      },
      detached: true,
    });
    try {
      expect(await printed(worker, 'RUNNING')).toContain('my-calls');
    } finally {
      if (worker.pid !== undefined) process.kill(-worker.pid, 'SIGKILL');
    }
  },
  LIMIT_MS,
);
