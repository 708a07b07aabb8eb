/** What came of the mutants: by folder, and which ones the tests missed. */
import { dirname } from 'node:path';

/** The part that is read of Stryker's report, https://github.com/stryker-mutator/mutation-testing-elements. */
export interface Report {
  files: Record<string, { source: string; mutants: Mutant[] }>;
}

interface Mutant {
  status: 'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'CompileError' | 'RuntimeError' | 'Ignored';
  replacement?: string;
  location: { start: Position; end: Position };
}

/** Both from 1 on. */
interface Position {
  line: number;
  column: number;
}

/** A change that no test notices. */
export interface Survivor {
  file: string;
  /** The line, without the white space around it. */
  line: string;
  /** The line after the change; of a change that goes on for several lines, what its code becomes. */
  becomes: string;
}

export interface NamedSurvivor extends Survivor {
  /** Why no test can notice it, or need not. */
  why: string;
}

export interface FolderScore {
  folder: string;
  mutants: number;
  noticed: number;
  /** Of the noticed ones: those after which the tests did not come to an end. */
  timedOut: number;
}

export const percentOf = ({ noticed, mutants }: Pick<FolderScore, 'noticed' | 'mutants'>): number =>
  mutants === 0 ? 100 : (100 * noticed) / mutants;

/** The scores of the folders that have a file in the report. A mutant with which the tests cannot even be loaded does not count. */
export function scoresOf({ files }: Report): FolderScore[] {
  const scores = new Map<string, FolderScore>();
  for (const [file, { mutants }] of Object.entries(files)) {
    const folder = dirname(file);
    const score = scores.get(folder) ?? { folder, mutants: 0, noticed: 0, timedOut: 0 };
    scores.set(folder, score);
    for (const { status } of mutants) {
      const isNoticed = status === 'Killed' || status === 'Timeout';
      if (isNoticed || isMissed(status)) score.mutants += 1;
      if (isNoticed) score.noticed += 1;
      if (status === 'Timeout') score.timedOut += 1;
    }
  }
  return [...scores.values()];
}

const isMissed = (status: Mutant['status']): boolean => status === 'Survived' || status === 'NoCoverage';

export const survivorsIn = ({ files }: Report): Survivor[] =>
  Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants
      .filter(({ status }) => isMissed(status))
      .map((mutant) => ({ file, ...change(source.split('\n'), mutant) })),
  );

function change(lines: string[], { replacement = '', location: { start, end } }: Mutant) {
  const line = lines[start.line - 1] ?? '';
  const changed = `${line.slice(0, start.column - 1)}${replacement}${line.slice(end.column - 1)}`;
  return { line: line.trim(), becomes: (start.line === end.line ? changed : replacement).trim() };
}

/** Survivors that nobody named, and named ones of the report's files that survive no more. */
export function comparedWith(named: readonly NamedSurvivor[], report: Report) {
  const found = survivorsIn(report);
  return {
    unnamed: found.filter((survivor) => !named.some((each) => isSame(each, survivor))),
    outdated: named.filter(
      (each) => each.file in report.files && !found.some((survivor) => isSame(each, survivor)),
    ),
  };
}

const isSame = (a: Survivor, b: Survivor): boolean =>
  a.file === b.file && a.line === b.line && a.becomes === b.becomes;
