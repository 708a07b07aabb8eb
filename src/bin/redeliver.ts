#!/usr/bin/env node
/** Has events tried for another day that could not be delivered. Safe to repeat: what was delivered is not sent again. */
import { Connection } from '@temporalio/client';

import { run } from '../environment/program';
import { redeliverEvents } from '../events/redeliver';
import { connectedTo, readTemporalEnvironment } from '../worker-process/temporal-environment';

run('The redelivery of events', async () => {
  const { connectionOptions, namespace } = readTemporalEnvironment(process.env);
  const connection = await connectedTo(connectionOptions.address, () =>
    Connection.connect(connectionOptions),
  );
  try {
    const again = await redeliverEvents(connection, namespace);
    console.log(`Events that are tried again: ${again.length}`);
    for (const workflowId of again) console.log(`  ${workflowId}`);
  } finally {
    await connection.close();
  }
});
