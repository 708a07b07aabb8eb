/** The real Temporal server of one jest run, which its test files share. */
import { TemporalServer } from '../../dev/temporal-server';
import { searchAttributeKeys } from '../../src/contract/search-attributes';

/** Names the server. Where a person has set it, theirs is used, and nobody starts or stops one. */
const VARIABLE = 'TEST_TEMPORAL_ADDRESS';

let started: TemporalServer | undefined;

/** Starts it, unless there is one; the tests' processes inherit where it is. */
export async function startSharedServer(): Promise<void> {
  if (sharedServerAddress() !== undefined) return;
  started = await TemporalServer.start({ searchAttributes: searchAttributeKeys });
  process.env[VARIABLE] = started.address;
}

/** Ends it, where it was started here. */
export async function stopSharedServer(): Promise<void> {
  if (started === undefined) return;
  Reflect.deleteProperty(process.env, VARIABLE);
  await started.kill();
  started = undefined;
}

/** Where it is: `host:port`. */
export function sharedServerAddress(): string | undefined {
  return process.env[VARIABLE];
}
