#!/usr/bin/env node
/** Registers the search attributes by which the Web UI lists calls. Safe to repeat. */
import { run } from '../environment/program';
import { registerSearchAttributes } from '../worker-process/search-attributes';
import { withConnection } from '../worker-process/temporal-environment';

run('The registration of search attributes', () =>
  withConnection(process.env, async (connection, namespace) => {
    const added = await registerSearchAttributes(connection, namespace);
    console.log(
      added.length > 0 ? `Registered ${added.join(', ')}` : 'All search attributes are there already',
    );
  }),
);
