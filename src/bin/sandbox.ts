#!/usr/bin/env node
/** The sandbox as a command, until SIGTERM or SIGINT. */
import { z } from 'zod';

import { run, untilStopped } from '../environment/program';
import { port, readEnvironment, whole } from '../environment/read-environment';
import { Sandbox } from '../sandbox/sandbox';

const environmentSchema = z.object({
  SANDBOX_PORT: port.default(8080),
  SANDBOX_HOST: z.string().default('127.0.0.1'),
  /** How long a number is assigned. */
  SANDBOX_NUMBER_TTL_MS: whole.default(60_000),
  /** How many numbers each country has. */
  SANDBOX_POOL_SIZE: whole.default(1000),
  /** The only credentials that it accepts. */
  ASAPP_API_ID: z.string().default('sandbox-id'),
  ASAPP_API_SECRET: z.string().default('sandbox-secret'),
});

run('The sandbox', async () => {
  const data = readEnvironment(environmentSchema, process.env);
  const sandbox = await Sandbox.start({
    port: data.SANDBOX_PORT,
    host: data.SANDBOX_HOST,
    numberTtlMs: data.SANDBOX_NUMBER_TTL_MS,
    poolSize: data.SANDBOX_POOL_SIZE,
    apiId: data.ASAPP_API_ID,
    apiSecret: data.ASAPP_API_SECRET,
  });
  console.log(
    `ASAPP's stand-in listens on ${sandbox.asapp.apiUrl}; credentials as in ASAPP_API_ID, ASAPP_API_SECRET`,
  );
  await untilStopped();
  await sandbox.close();
});
