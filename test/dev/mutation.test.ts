/** What `npm run mutation` makes of Stryker's report. */
import { comparedWith, percentOf, scoresOf, survivorsIn, type Report } from '../../dev/mutation/judge';

const at = (line: number, start: number, end: number, lastLine = line) => ({
  start: { line, column: start },
  end: { line: lastLine, column: end },
});

const report: Report = {
  files: {
    'src/leg/a.ts': {
      source: 'const a =\n  b < c;\n',
      mutants: [
        { status: 'Killed', location: at(2, 3, 8), replacement: 'true' },
        { status: 'Timeout', location: at(2, 3, 8), replacement: 'false' },
        { status: 'Survived', location: at(2, 5, 6), replacement: '<=' },
        { status: 'RuntimeError', location: at(2, 3, 8), replacement: 'c' },
      ],
    },
    'src/routing/b.ts': {
      source: 'f({\n});\n',
      mutants: [{ status: 'NoCoverage', location: at(1, 3, 2, 2), replacement: '{}' }],
    },
  },
};
const [inLeg, inRouting] = [
  { file: 'src/leg/a.ts', line: 'b < c;', becomes: 'b <= c;' },
  { file: 'src/routing/b.ts', line: 'f({', becomes: '{}' },
];

test('a folder has a score of its own; a change with which nothing can be loaded does not count', () => {
  const scores = scoresOf(report);

  expect(scores).toEqual([
    { folder: 'src/leg', mutants: 3, noticed: 2, timedOut: 1 },
    { folder: 'src/routing', mutants: 1, noticed: 0, timedOut: 0 },
  ]);
  expect(scores.map(percentOf).map(Math.round)).toEqual([67, 0]);
  expect(percentOf({ mutants: 0, noticed: 0 })).toBe(100);
});

test('a survivor is told by its line, before and after', () => {
  expect(survivorsIn(report)).toEqual([inLeg, inRouting]);
});

test('survivors must be named, and what is named must survive, in the files that were changed', () => {
  const outdated = { file: 'src/leg/a.ts', line: 'b < c;', becomes: 'b > c;', why: 'it was equal' };
  const elsewhere = { ...outdated, file: 'src/leg/another.ts' };

  expect(comparedWith([{ ...inLeg, why: 'equal' }, outdated, elsewhere], report)).toEqual({
    unnamed: [inRouting],
    outdated: [outdated],
  });
});
