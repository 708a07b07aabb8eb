/** What was measured, and how it compares. */
import { quantile } from './statistics';

/** Milliseconds of each call. */
export interface Measured {
  number: number[];
  decision: number[];
}

/** The median and the 99th percentile of both round trips, each beside its ratio to the base's. */
export function comparison({ number, decision }: Measured, base: Measured): Record<string, string> {
  const cell = (values: number[], others: number[], q: number) =>
    `${quantile(values, q).toFixed(1)} ms (${(quantile(values, q) / quantile(others, q)).toFixed(2)} ×)`;
  return {
    'number p50': cell(number, base.number, 0.5),
    'number p99': cell(number, base.number, 0.99),
    'decision p50': cell(decision, base.decision, 0.5),
    'decision p99': cell(decision, base.decision, 0.99),
  };
}
