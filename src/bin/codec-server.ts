#!/usr/bin/env node
/** The codec server: reads the environment, joins the parts, runs until SIGTERM or SIGINT. */
import { EncryptionCodec } from '../codec/encryption-codec';
import { readEncryptionKeys } from '../codec/environment';
import { readCodecServerEnvironment } from '../codec-server/environment';
import { readAll } from '../environment/read-all';
import { EnvironmentError } from '../environment/read-environment';
import { startProblem } from '../environment/start-problem';

async function main(): Promise<void> {
  const [{ createCodecServer }, { tokenCheck }] = await Promise.all([
    import('../codec-server/create-codec-server.js'),
    import('../codec-server/token.js'),
  ]);
  const [{ host, port, token, ...options }, keys] = await readAll(
    () => readCodecServerEnvironment(process.env),
    async () => {
      const found = await readEncryptionKeys(process.env);
      if (found === undefined)
        throw new EnvironmentError([
          'CALL_TRANSFER_ENCRYPTION_KEYS: is missing: there is nothing to decrypt with',
        ]);
      return found;
    },
  );
  const server = await createCodecServer({
    ...options,
    codec: new EncryptionCodec(keys),
    checkToken: tokenCheck(token),
  });
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
  console.log(`The codec server listens on ${await server.listen({ host, port })}`);
  await stopped;
  await server.close();
}

main().catch((error: unknown) => {
  console.error(startProblem('The codec server', error));
  process.exit(1);
});
