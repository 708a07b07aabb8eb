#!/usr/bin/env node
/**
 * Looks at a set-up and says in plain words what is wrong and what to do. Give it the environment of the worker, and that of
 * the gateway if there is one.
 *
 * `--json` prints the findings as one JSON array. Exit status: 0 if nothing is wrong, 1 with a problem, 2 with warnings
 * alone. It starts a few workflows whose ids begin with `call-transfer-doctor`, and deletes them; no number is requested.
 */
import { parseArgs } from 'node:util';

import { checkPackages, packagesOf } from '../environment/needed-packages';
import { run } from '../environment/program';

run('The doctor', async () => {
  checkPackages('The doctor', packagesOf.doctor());
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const [{ diagnose }, { exitStatus, printed, summary }, { quietRuntime }] = await Promise.all([
    import('../doctor/doctor.js'),
    import('../doctor/finding.js'),
    import('../doctor/latency-check.js'),
  ]);
  quietRuntime();
  const findings = await diagnose(process.env, (found) => {
    if (!values.json && found.length > 0) console.log(printed(found));
  });
  console.log(values.json ? JSON.stringify(findings, null, 2) : `\n${summary(findings)}`);
  process.exit(exitStatus(findings));
});
