import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';

import { admissionFromFile, isAdmitted } from '../../src/worker-process/admission';

const ids = Array.from({ length: 10_000 }, (_, index) => `conv-${index}`);
const admittedAt = (share: number) => ids.filter((id) => isAdmitted(id, { share }));

test.each([1, 10, 25, 50, 90])('a share of %d %% is that, within a tenth of it', (share) => {
  const percent = admittedAt(share).length / 100;

  expect(Math.abs(percent - share)).toBeLessThanOrEqual(Math.max(share / 10, 0.3));
});

test('a share of 0 is nobody, one of 100 is everybody, and so is no share', () => {
  expect(admittedAt(0)).toEqual([]);
  expect(admittedAt(100)).toEqual(ids);
  expect(ids.every((id) => isAdmitted(id, {}))).toBe(true);
});

test('nobody is, while it is switched off', () => {
  expect(ids.some((id) => isAdmitted(id, { enabled: false, share: 100 }))).toBe(false);
});

test('a conversation always gets the same answer, and stays in while the share grows', () => {
  const share = fc.double({ min: 0, max: 100, noNaN: true });
  fc.assert(
    fc.property(fc.string(), share, share, (id, a, b) => {
      expect(isAdmitted(id, { share: a })).toBe(isAdmitted(id, { share: a }));
      const [less, more] = a < b ? [a, b] : [b, a];
      const stays = !isAdmitted(id, { share: less }) || isAdmitted(id, { share: more });
      expect(stays).toBe(true);
    }),
  );
});

describe('a file that says who is', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'admission-'));
    file = join(folder, 'admission.json');
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  /** What is read once the file has been looked at again. */
  async function after(text: string, read: ReturnType<typeof admissionFromFile>) {
    writeFileSync(file, text);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 2000);
    return await read();
  }

  it('is read again without a restart', async () => {
    writeFileSync(file, '{ "share": 10 }');
    const read = admissionFromFile(file, { enabled: true, share: 50 });

    expect(await read()).toEqual({ enabled: true, share: 10 });
    expect(await after('{ "enabled": false }', read)).toEqual({ enabled: false, share: 50 });
  });

  it('counts as it was while it has a mistake, which is told of once', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    writeFileSync(file, '{ "share": 10 }');
    const read = admissionFromFile(file);

    expect(await after('{ "share": "all" }', read)).toEqual({ share: 10 });
    expect(await after('{ "share": "all" }', read)).toEqual({ share: 10 });
    expect(warned.mock.calls.map(([message]) => message)).toEqual([
      `Who may go to GenerativeAgent stays as it was: ${file}: share: Invalid input: expected number, received string`,
    ]);
    expect(await after('{ "share": 20 }', read)).toEqual({ share: 20 });
  });
});
