import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { projectRoot } from './run-folder';

/** The metrics that the alert rules and the dashboard ask for. */
export async function watchedMetrics(): Promise<string[]> {
  const files = ['alerts.yml', 'grafana-dashboard.json'].map((name) =>
    join(projectRoot, 'deploy', 'monitoring', name),
  );
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const names = texts.flatMap((text) => text.match(/\b(?:call_transfer|temporal)_[a-z_]+(?=[[{])/g) ?? []);
  expect(names.length).toBeGreaterThan(10);
  return [...new Set(names)];
}
