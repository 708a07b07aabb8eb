/** What a check found. */
export interface Finding {
  /** What was looked at, such as `search attributes`. */
  check: string;
  /**
   * - `OK`: as it must be;
   * - `WARNING`: calls run, and something is worse than it could be;
   * - `PROBLEM`: callers fall back, or nothing starts;
   * - `SKIPPED`: it could not be looked at.
   */
  status: 'OK' | 'WARNING' | 'PROBLEM' | 'SKIPPED';
  /** What is so, in one sentence. No credential, no key and no payload is in it. */
  says: string;
  /** What to do about it, if there is something to do. */
  advice?: string;
}

/** The findings of one check, under its name. */
export class Check {
  readonly findings: Finding[] = [];

  constructor(private readonly name: string) {}

  ok = (says: string) => this.add({ status: 'OK', says });
  skipped = (says: string) => this.add({ status: 'SKIPPED', says });
  warning = (says: string, advice: string) => this.add({ status: 'WARNING', says, advice });
  problem = (says: string, advice: string) => this.add({ status: 'PROBLEM', says, advice });

  private add(finding: Omit<Finding, 'check'>): this {
    this.findings.push({ check: this.name, ...finding });
    return this;
  }
}

const marks = { OK: '✓', WARNING: '!', PROBLEM: '✗', SKIPPED: '–' };

/** Findings as a person reads them. */
export const printed = (findings: readonly Finding[]): string =>
  findings
    .flatMap(({ check, status, says, advice }) => [
      `${marks[status]} ${check}: ${says}`,
      ...(advice === undefined ? [] : [`    → ${advice}`]),
    ])
    .join('\n');

const count = (findings: readonly Finding[], status: Finding['status']) =>
  findings.filter((each) => each.status === status).length;

export function summary(findings: readonly Finding[]): string {
  const [problems, warnings] = [count(findings, 'PROBLEM'), count(findings, 'WARNING')];
  return problems + warnings === 0 ? 'Nothing is wrong.' : `${problems} problems, ${warnings} warnings.`;
}

/** Exit status of the program: 0 if nothing is wrong, 1 with problems, 2 with warnings alone. */
export const exitStatus = (findings: readonly Finding[]): 0 | 1 | 2 =>
  count(findings, 'PROBLEM') > 0 ? 1 : count(findings, 'WARNING') > 0 ? 2 : 0;
