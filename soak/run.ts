/**
 * `npm run soak -- --calls 5000 --seed 1`: thousands of calls while workers are killed, the Temporal server is restarted,
 * ASAPP fails and is slow, and events of the phone system come twice, late or never. At the end every history is replayed.
 * Ends with a ledger, and with 0 if it balances. The same seed makes the same plan.
 */
import { parseArgs } from 'node:util';

import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

import { soak } from './soak';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'worker-kills': { type: 'string', default: '24' },
    'server-restarts': { type: 'string', default: '4' },
    'calls-per-second': { type: 'string', default: '10' },
    workers: { type: 'string', default: '2' },
  },
});

// Of the replay: the workers have their own logs.
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
});

async function main(): Promise<void> {
  const options = {
    calls: Number(values.calls),
    seed: Number(values.seed),
    workerKills: Number(values['worker-kills']),
    serverRestarts: Number(values['server-restarts']),
    callsPerSecond: Number(values['calls-per-second']),
    workers: Number(values.workers),
  };
  console.log(`Seed ${options.seed}`);
  const begun = Date.now();
  const { ledger, ...rest } = await soak(options, (line) => {
    console.log(`${((Date.now() - begun) / 1000).toFixed(0).padStart(5)} s  ${line}`);
  });
  const { wrong, ...figures } = ledger;
  console.log(JSON.stringify({ ...figures, ...rest }, null, 2));
  for (const line of wrong) console.log(`WRONG ${line}`);
  const isBalanced = wrong.length === 0 && ledger.decisions === ledger.calls && rest.leftOpen === 0;
  console.log(isBalanced ? 'The ledger balances' : 'The ledger does not balance');
  process.exit(isBalanced ? 0 : 1);
}

void main();
