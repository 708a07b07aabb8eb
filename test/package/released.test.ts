/** What npm and GitHub are told of the package. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { projectRoot } from '../support/run-folder';

const text = (...path: string[]) => readFileSync(join(projectRoot, ...path), 'utf8');
const manifest = JSON.parse(text('package.json')) as {
  engines: { node: string };
  homepage: string;
  bugs: { url: string };
  repository: { url: string };
  publishConfig: object;
  exports: Record<string, string | { types: string; default: string }>;
};
const workflows = readdirSync(join(projectRoot, '.github', 'workflows'));

test('it names the repository that it is published from, with a statement of provenance', () => {
  const home = manifest.repository.url.replace(/^git\+|\.git$/g, '');
  expect(manifest.homepage).toBe(`${home}#readme`);
  expect(manifest.bugs.url).toBe(`${home}/issues`);
  expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true });
  expect(text('.github', 'ISSUE_TEMPLATE', 'config.yml')).toContain(`${home}/security/advisories/new`);
});

test('what it exports are its own files, the JSON Schemas among them', () => {
  const paths = Object.values(manifest.exports).map((entry) =>
    typeof entry === 'string' ? entry : entry.default,
  );
  expect(paths).toContain('./schemas/*');
  for (const path of paths) {
    const isHere = existsSync(join(projectRoot, path.split('*')[0] ?? '')) || path.startsWith('./lib/');
    expect([path, isHere]).toEqual([path, true]);
  }
});

test('workflows take actions by their commits, not by tags that can be moved', () => {
  expect(workflows).toEqual(['ci.yml', 'release.yml']);
  const uses = workflows.flatMap((file) => text('.github', 'workflows', file).match(/uses: .*/g) ?? []);
  expect(uses.length).toBeGreaterThan(3);
  for (const line of uses) expect(line).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test('it is published without a token, by the one job that may say who it is', () => {
  const release = text('.github', 'workflows', 'release.yml');
  expect(release.match(/id-token: write/g)).toHaveLength(1);
  expect(release).not.toMatch(/secrets\.|NODE_AUTH_TOKEN/);
});

test('every Node that is supported is tested, and that of the image is one of them', () => {
  const [, least] = /^>=(\d+)\./.exec(manifest.engines.node) ?? [];
  const [, matrix = ''] = /node: \[(.*)\]/.exec(text('.github', 'workflows', 'ci.yml')) ?? [];
  const [, others = ''] = /^versions=\((.*)\)$/m.exec(text('.ci', 'other-nodes')) ?? [];
  const tested = matrix.split(', ');
  expect(tested).toEqual([least, ...others.split(' ')]);
  const images = [...text('deploy', 'Dockerfile').matchAll(/^FROM node:(\d+)/gm)].map(([, node]) => node);
  expect(images.length).toBeGreaterThan(0);
  for (const node of images) expect(tested).toContain(node);
});
