/** The floor's worker, as a process of its own. */
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

import { floorActivities } from './floor-activities';

async function main(): Promise<void> {
  const { TEMPORAL_ADDRESS, ASAPP_API_URL, ASAPP_API_ID, ASAPP_API_SECRET, FLOOR_TASK_QUEUE } = process.env;
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: ['SIGTERM', 'SIGINT'] });
  const connection = await NativeConnection.connect({ address: String(TEMPORAL_ADDRESS) });
  const worker = await Worker.create({
    connection,
    taskQueue: String(FLOOR_TASK_QUEUE),
    workflowsPath: require.resolve('./floor-workflows'),
    activities: floorActivities({
      apiUrl: String(ASAPP_API_URL),
      apiId: String(ASAPP_API_ID),
      apiSecret: String(ASAPP_API_SECRET),
    }),
  });
  await worker.run();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
