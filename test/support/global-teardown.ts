import { removeRunFolder } from './run-folder';
import { stopSharedServer } from './shared-server';

/** jest calls this once, after a run. */
export default async function globalTeardown(): Promise<void> {
  await stopSharedServer();
  await removeRunFolder();
}
