#!/usr/bin/env node
/** The codec server: reads the environment, joins the parts, runs until SIGTERM or SIGINT. */
import { EncryptionCodec } from '../codec/encryption-codec';
import { readEncryptionKeys } from '../codec/environment';
import { readCodecServerEnvironment } from '../codec-server/environment';
import { checkPackages, packagesOf } from '../environment/needed-packages';
import { run, untilStopped } from '../environment/program';
import { EnvironmentError, readAll } from '../environment/read-environment';

run('The codec server', async () => {
  checkPackages('The codec server', packagesOf.codecServer());
  const [{ createCodecServer }, { tokenCheck }] = await Promise.all([
    import('../codec-server/create-codec-server.js'),
    import('../codec-server/token.js'),
  ]);
  const [{ host, port, token, ...options }, keys] = await readAll(
    () => readCodecServerEnvironment(process.env),
    async () => {
      const found = await readEncryptionKeys(process.env);
      if (found !== undefined) return found;
      const mistake = 'CALL_TRANSFER_ENCRYPTION_KEYS: is missing: there is nothing to decrypt with';
      throw new EnvironmentError([mistake]);
    },
  );
  const server = await createCodecServer({
    ...options,
    codec: new EncryptionCodec(keys),
    checkToken: tokenCheck(token),
  });
  const stopped = untilStopped();
  console.log(`The codec server listens on ${await server.listen({ host, port })}`);
  await stopped;
  await server.close();
});
