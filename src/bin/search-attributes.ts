#!/usr/bin/env node
/** Registers the search attributes by which the Web UI lists calls. Safe to repeat. */
import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

import { registerSearchAttributes } from '../worker-process/search-attributes';

async function main(): Promise<void> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await Connection.connect(connectionOptions);
  try {
    const added = await registerSearchAttributes(connection, namespace);
    console.log(
      added.length > 0 ? `Registered ${added.join(', ')}` : 'All search attributes are there already',
    );
  } finally {
    await connection.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
