/**
 * `npm run soak -- --plan network --calls 5000 --seed 1`: thousands of calls while what they need is broken, as the plan
 * says (`plans.ts`; `--plan all` for one after the other). Events of the phone system come twice, late or never. At the end
 * every history is read and replayed.
 *
 * Ends with a ledger, and with 0 if it balances. The same seed makes the same plan. A seed that fails is written to
 * `failed-seeds.json`, and run before every later run of its plan, unless `--new-seeds-only`.
 */
import { parseArgs } from 'node:util';

import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

import { failedSeedsOf, keepFailedSeed, type FailedSeed } from './failed-seeds';
import { purposes, type Purpose, type PurposeName } from './plans';
import { lastRelease, workerOf } from './release';
import { soak } from './soak';

const { values } = parseArgs({
  options: {
    plan: { type: 'string', default: 'outages' },
    calls: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'calls-per-second': { type: 'string' },
    workers: { type: 'string', default: '2' },
    /** The other version's commit or tag. Default: the last release. */
    release: { type: 'string' },
    'new-seeds-only': { type: 'boolean', default: false },
  },
});

// Of the replay: the workers have their own logs.
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
});

type Run = Omit<FailedSeed, 'found'>;

/** @returns whether the ledger balances */
async function runOne(run: Run): Promise<boolean> {
  const { plan, seed, calls, callsPerSecond } = run;
  const purpose: Purpose = purposes[plan];
  console.log(`Plan ${plan}, seed ${seed}, ${calls} calls, ${callsPerSecond} in a second. ${purpose.about}.`);
  const release = values.release ?? (await lastRelease());
  const otherWorker = purpose.otherVersion && { otherWorker: await workerOf(release) };
  const begun = Date.now();
  const tell = (line: string) => {
    console.log(`${((Date.now() - begun) / 1000).toFixed(0).padStart(5)} s  ${line}`);
  };
  let wrong: string[];
  try {
    const { ledger, ...rest } = await soak({ ...run, purpose, ...otherWorker }, tell);
    const { wrong: found, ...figures } = ledger;
    console.log(JSON.stringify({ ...figures, ...rest }, null, 2));
    wrong = found;
    if (ledger.decisions !== ledger.calls)
      wrong.push(`${ledger.decisions} decisions of ${ledger.calls} calls`);
    if (rest.leftOpen > 0) wrong.push(`${rest.leftOpen} conversations are left open`);
  } catch (error) {
    wrong = [String(error)];
  }
  for (const line of wrong) console.log(`WRONG ${line}`);
  if (wrong[0] !== undefined) await keepFailedSeed({ ...run, found: wrong[0] });
  console.log(wrong.length === 0 ? 'The ledger balances' : 'The ledger does not balance');
  return wrong.length === 0;
}

async function main(): Promise<void> {
  const plans = Object.keys(purposes) as PurposeName[];
  const chosen = values.plan === 'all' ? plans : plans.filter((name) => name === values.plan);
  if (chosen.length === 0) throw new Error(`--plan: ${values.plan} is none of all, ${plans.join(', ')}`);
  const given = {
    seed: Number(values.seed),
    calls: Number(values.calls),
    workers: Number(values.workers),
  };
  let failed = 0;
  for (const plan of chosen) {
    const earlier = values['new-seeds-only'] ? [] : await failedSeedsOf(plan);
    const callsPerSecond = Number(values['calls-per-second'] ?? purposes[plan].callsPerSecond);
    for (const run of [...earlier, { plan, callsPerSecond, ...given }]) if (!(await runOne(run))) failed++;
  }
  process.exit(failed === 0 ? 0 : 1);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
