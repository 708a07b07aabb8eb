import type { Kind, Samples } from './workload';

export const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((one, other) => one - other)[Math.min(values.length - 1, Math.floor(values.length * q))] ??
  NaN;

/** What is said of a contestant's round trips: milliseconds, and calls in a second. */
export interface Figures {
  numberP50: number;
  numberP95: number;
  numberP99: number;
  decisionP50: number;
  decisionP95: number;
  decisionP99: number;
  callsPerSecond: number;
  /** Processor time of the contestant's process for a call. */
  processorMs: number;
  /** Calls in a hundred that got a fallback instead of their number. */
  fellBackPercent: number;
}

export const figuresOf = ({ number, decision, calls, fellBack, elapsed, processor }: Samples): Figures => ({
  numberP50: quantile(number, 0.5),
  numberP95: quantile(number, 0.95),
  numberP99: quantile(number, 0.99),
  decisionP50: quantile(decision, 0.5),
  decisionP95: quantile(decision, 0.95),
  decisionP99: quantile(decision, 0.99),
  callsPerSecond: (calls * 1000) / elapsed,
  processorMs: processor / calls,
  fellBackPercent: (fellBack * 100) / calls,
});

const round = (value: number) => Math.round(value * 100) / 100;

const ratio = (value: number, base: number) => (base > 0 ? ` (${(value / base).toFixed(2)} ×)` : '');

/** Each figure beside its ratio to the base's, for people. */
export const besideBase = (figures: Figures, base: Figures): Record<string, string> =>
  Object.fromEntries(
    (Object.keys(figures) as (keyof Figures)[])
      .filter((name) => !Number.isNaN(figures[name]))
      .map((name) => [name, `${figures[name].toFixed(1)}${ratio(figures[name], base[name])}`]),
  );

/** The same, for machines. */
export const ratiosOf = (figures: Figures, base: Figures): Record<string, number> =>
  Object.fromEntries(
    (Object.keys(figures) as (keyof Figures)[]).map((name) => [name, round(figures[name] / base[name])]),
  );

/** One line of the results. */
export interface Line {
  kind: Kind;
  /** How long ASAPP takes for an answer, milliseconds. */
  asappMs: number;
  parallel: number;
  /** How long nothing happens before a call, milliseconds. */
  pauseMs: number;
  /** Calls that are open meanwhile. */
  open: number;
  contestant: string;
  figures: Figures;
  /** To the floor's. */
  ratios: Record<string, number>;
}
