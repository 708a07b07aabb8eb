/** Makes sure that both binaries are there, and says where. */
import { findBinary } from './find-binary';
import { temporalCli, temporalTestServer } from './pinned';

async function main(): Promise<void> {
  for (const binary of [temporalCli, temporalTestServer]) {
    const { path, version, source } = await findBinary(binary);
    console.log(`${binary.name} ${version ?? 'of unknown version'} (${source}): ${path}`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
