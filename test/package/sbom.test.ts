/** `npm run sbom`: the bill of materials. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { installed, sbom, sbomOfThisPackage } from '../../dev/sbom';
import { projectRoot } from '../support/run-folder';

const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, unknown>;
};
const bill = sbomOfThisPackage();
const names = bill.components.map((component) =>
  'group' in component ? `${component.group}/${component.name}` : component.name,
);

const complete = (component: (typeof bill.components)[number]) => ({
  licenses: [],
  hashes: [],
  ...component,
});

test('every dependency and every peer that is needed is in the bill of materials', () => {
  const peers = Object.keys(manifest.peerDependencies).filter(
    (name) => !(name in manifest.peerDependenciesMeta),
  );
  expect(names).toEqual(expect.arrayContaining([...Object.keys(manifest.dependencies), ...peers]));
  expect(names).toEqual(expect.arrayContaining(['@grpc/grpc-js', 'protobufjs']));
});

test('what only this repository or an optional program needs is not in it', () => {
  for (const name of ['jest', 'typescript', 'fastify', 'twilio', '@temporalio/worker', 'webpack'])
    expect(names).not.toContain(name);
});

test('it names the package with its version, and each component with version, licence and sum', () => {
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
  expect(bill.metadata.component).toMatchObject({
    name: 'temporal-call-transfer',
    purl: `pkg:npm/temporal-call-transfer@${manifest.version}`,
  });
  for (const { type, version, purl, licenses, hashes } of bill.components.map(complete)) {
    expect(type).toBe('library');
    expect(version).toMatch(/^\d/);
    expect(purl).toMatch(/^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@\d/);
    expect(licenses).toHaveLength(1);
    expect(hashes[0]?.content).toMatch(/^[0-9a-f]{128}$/);
  }
});

test('its references are unique, and each dependency leads to a component', () => {
  const references = bill.components.map((component) => component['bom-ref']);
  expect(new Set(references).size).toBe(references.length);
  expect(bill.dependencies.map(({ ref }) => ref)).toEqual(['temporal-call-transfer', ...references]);
  expect(references).toEqual(expect.arrayContaining(bill.dependencies.flatMap(({ dependsOn }) => dependsOn)));
});

test('a package comes from the closest folder, and an optional one may be missing', () => {
  const lock = {
    '': { version: '1.0.0', dependencies: { a: '1' }, peerDependencies: { p: '1' } },
    'node_modules/a': { version: '1.0.0', dependencies: { '@s/b': '1' }, optionalDependencies: { o: '1' } },
    'node_modules/a/node_modules/@s/b': { version: '1.0.0', dependencies: { c: '1' } },
    'node_modules/@s/b': { version: '2.0.0' },
    'node_modules/c': { version: '1.0.0' },
    'node_modules/p': { version: '1.0.0' },
  };
  expect([...installed(lock).keys()].sort()).toEqual([
    '',
    'node_modules/a',
    'node_modules/a/node_modules/@s/b',
    'node_modules/c',
    'node_modules/p',
  ]);
  expect(sbom(lock).components[1]).toMatchObject({ group: '@s', name: 'b', purl: 'pkg:npm/%40s/b@1.0.0' });
});

test('a lock file that lacks a dependency has no bill of materials', () => {
  expect(() => sbom({ '': { version: '1.0.0', dependencies: { a: '1' } } })).toThrow('has no a');
});
