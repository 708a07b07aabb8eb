import type { TopLevelSpec } from 'vega-lite' with { 'resolution-mode': 'import' };

import type { Line } from './statistics';

const measures = {
  numberP50: 'number p50',
  numberP95: 'number p95',
  numberP99: 'number p99',
  decisionP50: 'decision p50',
  decisionP95: 'decision p95',
  decisionP99: 'decision p99',
} as const;

/** One leg's round trips at each load, and how much of each is ASAPP's own time, as SVG. */
export async function plotOf(lines: readonly Line[]): Promise<string> {
  const { parse, View } = await import('vega');
  const { compile } = await import('vega-lite');
  const rows = lines
    .filter(({ kind, open }) => kind === 'leg' && open === 0)
    .flatMap(({ contestant, parallel, pauseMs, asappMs, figures }) =>
      (Object.keys(measures) as (keyof typeof measures)[]).map((name) => ({
        contestant,
        load: `${pauseMs > 0 ? 'lone calls' : `${parallel} at a time`}, ASAPP at ${asappMs} ms`,
        order: 100_000 * asappMs + 2 * parallel - Math.sign(pauseMs),
        measure: measures[name],
        milliseconds: figures[name],
        asappMs,
      })),
    );
  const specification: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: 'From a request to its number, and from a hangup to its decision; grey is ASAPP’s own time',
    data: { values: rows },
    facet: { field: 'load', sort: { field: 'order' }, title: null },
    columns: 4,
    spec: {
      encoding: {
        x: { field: 'measure', sort: Object.values(measures), title: null },
        xOffset: { field: 'contestant' },
      },
      layer: [
        {
          mark: 'bar',
          encoding: {
            y: { field: 'milliseconds', type: 'quantitative', title: 'milliseconds' },
            color: { field: 'contestant', title: null },
          },
        },
        {
          mark: { type: 'bar', color: 'lightgrey' },
          encoding: { y: { field: 'asappMs', type: 'quantitative', title: 'milliseconds' } },
        },
      ],
    },
    resolve: { scale: { y: 'independent' } },
    background: 'white',
  };
  return await new View(parse(compile(specification).spec), { renderer: 'none' }).toSVG();
}
