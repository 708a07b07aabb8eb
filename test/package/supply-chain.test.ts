/** What the package brings along, as the lock file says it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { projectRoot } from '../support/run-folder';

interface LockedPackage {
  version: string;
  integrity?: string;
  resolved?: string;
  license?: string;
  dev?: boolean;
  peer?: boolean;
  link?: boolean;
  hasInstallScript?: boolean;
}

interface Manifest {
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
  allowScripts: Record<string, boolean>;
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(projectRoot, name), 'utf8'));
const manifest = read('package.json') as Manifest;
const { packages } = read('package-lock.json') as { packages: Record<string, LockedPackage> };
const locked = Object.entries(packages).filter(([path, { link }]) => path !== '' && link !== true);

/** Licences that ask for no more than to be named. */
const licences = ['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', '0BSD', 'BlueOak-1.0.0'];

test('every package is locked by its sum, and to no registry', () => {
  expect(
    locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path),
  ).toEqual([]);
  expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

test('what a consumer installs has licences that ask for no more than to be named', () => {
  const installed = locked.filter(([, { dev }]) => dev !== true);
  expect(installed.length).toBeGreaterThan(5);
  expect(
    installed
      .filter(([, { license }]) => !licences.includes(license ?? ''))
      .map(([path, { license }]) => [path, license]),
  ).toEqual([]);
});

test('packages with install scripts are named, and none of the scripts runs', () => {
  const names = locked
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  expect([...new Set(names)].sort()).toEqual(Object.keys(manifest.allowScripts).sort());
  expect(Object.values(manifest.allowScripts)).not.toContain(true);
});

test("a consumer needs Temporal's packages and ours, and what else there is is optional", () => {
  expect(Object.keys(manifest.dependencies).sort()).toEqual([
    '@temporalio/envconfig',
    '@temporalio/plugin',
    'cockatiel',
    'countries-list',
    'jsonc-parser',
    'luxon',
    'undici',
    'zod',
  ]);
  const needed = Object.keys(manifest.peerDependencies).filter(
    (name) => manifest.peerDependenciesMeta[name]?.optional !== true,
  );
  expect(needed.filter((name) => !name.startsWith('@temporalio/'))).toEqual([]);
});

test("the image has the CA certificates that a worker's connection to Temporal needs for TLS", () => {
  const stages = readFileSync(join(projectRoot, 'deploy', 'Dockerfile'), 'utf8').split(/^FROM /m);
  const [asRoot] = stages.at(-1)?.split(/^USER /m) ?? [];
  expect(asRoot).toMatch(/apt-get install .*\bca-certificates\b/);
});
