import { readFileSync } from 'node:fs';

import { describedCodecServer, descriptionFiles, descriptionText } from '../../dev/openapi';
import { createCodecServer } from '../../src/codec-server';

test('the published description is what a codec server says of itself', async () => {
  const server = await createCodecServer(describedCodecServer);
  const answer = await server.inject('/openapi.json');
  expect(readFileSync(descriptionFiles.codecServer, 'utf8')).toBe(descriptionText(answer.json()));
});

test('each of its addresses is described, and nobody needs a token for that', async () => {
  const server = await createCodecServer(describedCodecServer);
  const { paths } = (await server.inject('/openapi.json')).json<{
    paths: Record<string, Record<string, { security: unknown[] }>>;
  }>();
  expect(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => [method, path, security.length]),
    ),
  ).toEqual([
    ['get', '/health/live', 0],
    ['post', '/decode', 1],
    ['post', '/{namespace}/decode', 1],
    ['post', '/encode', 1],
    ['post', '/{namespace}/encode', 1],
  ]);
});
