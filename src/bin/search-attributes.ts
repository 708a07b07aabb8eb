#!/usr/bin/env node
/** Registers the search attributes by which the Web UI lists calls. Safe to repeat. */
import { Connection } from '@temporalio/client';

import { run } from '../environment/program';
import { registerSearchAttributes } from '../worker-process/search-attributes';
import { connectedTo, readTemporalEnvironment } from '../worker-process/temporal-environment';

run('The registration of search attributes', async () => {
  const { connectionOptions, namespace } = readTemporalEnvironment(process.env);
  const connection = await connectedTo(connectionOptions.address, () =>
    Connection.connect(connectionOptions),
  );
  try {
    const added = await registerSearchAttributes(connection, namespace);
    console.log(
      added.length > 0 ? `Registered ${added.join(', ')}` : 'All search attributes are there already',
    );
  } finally {
    await connection.close();
  }
});
