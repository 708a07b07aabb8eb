#!/usr/bin/env node
/** Has events tried for another day that could not be delivered. Safe to repeat: what was delivered is not sent again. */
import { run } from '../environment/program';
import { redeliverEvents } from '../events/redeliver';
import { withConnection } from '../worker-process/temporal-environment';

run('The redelivery of events', () =>
  withConnection(process.env, async (connection, namespace) => {
    const again = await redeliverEvents(connection, namespace);
    console.log(`Events that are tried again: ${again.length}`);
    for (const workflowId of again) console.log(`  ${workflowId}`);
  }),
);
