/**
 * Writes what a user installs with this package to `sbom.json`, as CycloneDX 1.6, and prints it. It comes from the lock file: the
 * same one always gives the same text. Dependencies and peers that are not optional are in it, with all that they need.
 *
 * `npm sbom --omit dev` leaves out what a dev dependency asks for, too, such as zod.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const projectRoot = join(__dirname, '..');

interface LockedPackage {
  name?: string;
  version: string;
  license?: string;
  integrity?: string;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  optionalDependencies?: Record<string, string>;
}

/** Packages by their folders, as `node_modules/a/node_modules/b`; this one's is ''. */
type Lock = Record<string, LockedPackage>;

/** What each installed folder's package needs, as folders. */
export function installed(lock: Lock): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (found.has(folder)) continue;
    const needs = neededBy(lock, folder);
    found.set(folder, needs);
    waiting.push(...needs);
  }
  return found;
}

function neededBy(lock: Lock, folder: string): string[] {
  const { dependencies = {}, peerDependencies = {}, ...more } = lock[folder] ?? { version: '' };
  const { optionalDependencies = {}, peerDependenciesMeta = {} } = more;
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  const names = Object.keys({ ...dependencies, ...optionalDependencies });
  return [...new Set([...names, ...peers])].flatMap((name) => {
    const at = resolved(lock, folder, name);
    if (at === undefined && !(name in optionalDependencies))
      throw new Error(`package-lock.json has no ${name}, which ${folder} needs`);
    return at ?? [];
  });
}

/** The folder that Node takes a package from: the closest one. */
function resolved(lock: Lock, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('node_modules/'), 0))) {
    const parent = folder.replace(/\/$/, '');
    const candidate = `${parent === '' ? '' : `${parent}/`}node_modules/${name}`;
    if (candidate in lock) return candidate;
    if (parent === '') return undefined;
  }
}

/** The bill of materials. */
export function sbom(lock: Lock) {
  const needs = installed(lock);
  const describe = (folder: string) => {
    const { version, license, integrity } = lock[folder] ?? { version: '' };
    const name = folder === '' ? 'temporal-call-transfer' : (folder.split('node_modules/').at(-1) ?? '');
    return {
      type: 'library',
      'bom-ref': folder === '' ? name : folder,
      ...named(name),
      version,
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      ...(license === undefined ? {} : { licenses: licensesOf(license) }),
      ...(integrity === undefined ? {} : { hashes: [hashOf(integrity)] }),
    };
  };
  const folders = [...needs.keys()].filter((folder) => folder !== '').sort();
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: describe('') },
    components: folders.map((folder) => ({ ...describe(folder), scope: 'required' })),
    dependencies: ['', ...folders].map((folder) => ({
      ref: describe(folder)['bom-ref'],
      dependsOn: [...(needs.get(folder) ?? [])].sort(),
    })),
  };
}

function named(name: string) {
  const [scope = '', rest] = name.split('/');
  return rest === undefined ? { name } : { group: scope, name: rest };
}

/** An SPDX identifier, or an expression of several. */
const licensesOf = (license: string) =>
  /[ ()]/.test(license) ? [{ expression: license }] : [{ license: { id: license } }];

function hashOf(integrity: string) {
  const [, base64 = ''] = /^sha512-(\S+)/.exec(integrity) ?? [];
  return { alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') };
}

/** As it is in the lock file of this repository. */
export function sbomOfThisPackage() {
  const text = readFileSync(join(projectRoot, 'package-lock.json'), 'utf8');
  return sbom((JSON.parse(text) as { packages: Lock }).packages);
}

if (require.main === module) {
  const text = `${JSON.stringify(sbomOfThisPackage(), null, 2)}\n`;
  writeFileSync(join(projectRoot, 'sbom.json'), text);
  process.stdout.write(text);
}
