import { removeRunFolder } from './run-folder';

/** jest calls this once, after a run. */
export default async function globalTeardown(): Promise<void> {
  await removeRunFolder();
}
