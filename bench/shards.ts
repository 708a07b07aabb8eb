/**
 * `npm run bench:shards`: what the settings of a server do to calls, by the number of its shards. Temporal's server for
 * production on PostgreSQL, with its defaults and as `dev/server-settings.ts` tunes it. Needs what `npm run test:postgres`
 * needs.
 *
 * `--shards 1,4,512 --calls 200 --parallel 40`: which servers, and how many calls of each.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { Client, Connection } from '@temporalio/client';

import { asappEnvironment } from '../dev/demo/asapp-environment';
import { WorkerProcess } from '../dev/demo/worker-process';
import { Postgres } from '../dev/postgres/postgres';
import { findServerPrograms, type ServerPrograms } from '../dev/postgres/server-programs';
import { TemporalOnPostgres } from '../dev/postgres/temporal-on-postgres';
import { serverSettings, type DynamicConfig } from '../dev/server-settings';
import { DEFAULT_TASK_QUEUE, forWaitingCallers } from '../lib/index';
import { Sandbox } from '../lib/sandbox';

import { processorMs } from './processor-time';
import { figuresOf } from './statistics';
import { typedContestant } from './temporal-contestants';
import { noSamples, playBatch, type Batch, type Samples } from './workload';

const { values } = parseArgs({
  options: {
    shards: { type: 'string', default: '1,4,512' },
    calls: { type: 'string', default: '200' },
    parallel: { type: 'string', default: '40' },
  },
});

const settings: Record<string, DynamicConfig> = {
  defaults: {},
  tuned: serverSettings({ attributesAreKnown: false }),
};
const WARM_UP = 20;
/** How long a server is watched that has nothing to do, milliseconds. */
const IDLE_MS = 20_000;

async function main(): Promise<void> {
  const programs = await findServerPrograms();
  const calls = Number(values.calls);
  const rows: Record<string, object> = {};
  for (const shards of values.shards.split(',').map(Number)) {
    for (const [name, dynamicConfig] of Object.entries(settings)) {
      const row = await withServer(programs, { shards, dynamicConfig }, async (play, server) => {
        await play({ calls: WARM_UP, parallel: WARM_UP, pauseMs: 0 });
        const lone = noSamples();
        for (let count = 0; count < 10; count++) await play({ calls: 1, parallel: 1, pauseMs: 1000 }, lone);
        const alone = figuresOf(lone);
        const backToBack = figuresOf(await play({ calls: calls / 4, parallel: 1, pauseMs: 0 }));
        const many = figuresOf(await play({ calls, parallel: Number(values.parallel), pauseMs: 0 }));
        const before = await processorMs(server.pid);
        await sleep(IDLE_MS);
        const idle = ((await processorMs(server.pid)) - before) / IDLE_MS;
        return {
          'lone number p50': alone.numberP50.toFixed(1),
          'lone decision p50': alone.decisionP50.toFixed(1),
          'back to back number p50': backToBack.numberP50.toFixed(1),
          'back to back decision p50': backToBack.decisionP50.toFixed(1),
          [`${values.parallel} at a time, calls a second`]: many.callsPerSecond.toFixed(1),
          'of them fell back, %': many.fellBackPercent.toFixed(1),
          'idle server, cores': idle.toFixed(3),
        };
      });
      rows[`${shards} shards, ${name}`] = row;
      console.log(`${shards} shards, ${name}`, row);
    }
  }
  console.table(rows);
}

/** Plays calls, and adds what it measures to the samples. Default: new ones. */
type Play = (batch: Batch, samples?: Samples) => Promise<Samples>;

async function withServer<Row>(
  programs: ServerPrograms,
  options: { shards: number; dynamicConfig: DynamicConfig },
  body: (play: Play, server: TemporalOnPostgres) => Promise<Row>,
): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const sandbox = await Sandbox.start({ poolSize: 10_000 });
  const postgres = await Postgres.start();
  let server: TemporalOnPostgres | undefined;
  let connection: Connection | undefined;
  let worker: WorkerProcess | undefined;
  try {
    server = await TemporalOnPostgres.start(programs, postgres, options);
    connection = await Connection.connect(forWaitingCallers({ address: server.address }));
    const environment = {
      TEMPORAL_ADDRESS: server.address,
      ...asappEnvironment(sandbox.asapp),
      CALL_TRANSFER_LOG_LEVEL: 'ERROR',
    };
    const taskQueue = DEFAULT_TASK_QUEUE;
    const where = { namespace: 'default', taskQueue, logFile: join(folder, 'worker.log') };
    worker = await WorkerProcess.start(environment, connection, where);
    const { pid } = worker;
    const contestant = typedContestant(new Client({ connection }), { name: 'calls', taskQueue, pid });
    const play: Play = async (batch, samples = noSamples()) => {
      await playBatch(contestant, sandbox, 'leg', batch, samples);
      return samples;
    };
    return await body(play, server);
  } finally {
    await worker?.kill();
    await connection?.close();
    await server?.stop();
    await postgres.stop();
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
