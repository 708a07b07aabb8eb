/**
 * `npm run api` writes what each door of the package exports to `api/`; `npm run api:check` fails where that has changed and
 * the reports have not. Both build anew: after a partial build the order of inferred types is another. Whoever reviews a change sees there what it means to consumers.
 */
import { join } from 'node:path';

import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

/** The doors, by the names of their reports. */
const doors = {
  index: 'lib/index.d.ts',
  client: 'lib/client.d.ts',
  workflow: 'lib/workflow.d.ts',
  'call-control': 'lib/call-control/index.d.ts',
  'codec-server': 'lib/codec-server/index.d.ts',
  sandbox: 'lib/sandbox/index.d.ts',
};

/** Whether a comment is in order is for lint to say. */
const silent = { default: { logLevel: ExtractorLogLevel.None } };

const root = join(__dirname, '..');
const isCheck = process.argv.includes('--check');

for (const [name, entry] of Object.entries(doors)) {
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, entry),
      compiler: { tsconfigFilePath: join(root, 'tsconfig.json') },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: join(root, 'api'),
        reportTempFolder: join(root, '.cache', 'api'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: silent,
        extractorMessageReporting: silent,
        tsdocMessageReporting: silent,
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  });
  const { apiReportChanged } = Extractor.invoke(config, { localBuild: !isCheck, showVerboseMessages: false });
  if (isCheck && apiReportChanged) {
    console.error(`What ${entry} exports has changed: run npm run api, and look at the difference`);
    process.exitCode = 1;
  }
}
