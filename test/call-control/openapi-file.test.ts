import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describedGateway, descriptionFiles, descriptionText } from '../../dev/openapi';
import { projectRoot } from '../support/run-folder';
import { withGateway } from '../support/with-gateway';

test('the published description is what a gateway with all phone systems says of itself', async () => {
  await withGateway(describedGateway, async ({ send }) => {
    const { json } = await send('/openapi.json');
    expect(readFileSync(descriptionFiles.gateway, 'utf8')).toBe(descriptionText(json));
  });
});

test("the types of the tests' client are those of the published description", async () => {
  const generator = join(projectRoot, 'node_modules', '.bin', 'openapi-typescript');
  const output = join(__dirname, 'generated', 'gateway-api.d.ts');
  const check = promisify(execFile)(generator, [descriptionFiles.gateway, '--output', output, '--check']);
  await expect(check).resolves.toBeDefined();
});
