import { Sandbox, type SandboxOptions } from '../../src/sandbox';

/** Runs the body with a stand-in for ASAPP on a free port, and closes it. */
export async function withSandbox<T>(
  options: SandboxOptions,
  body: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  const sandbox = await Sandbox.start(options);
  try {
    return await body(sandbox);
  } finally {
    await sandbox.close();
  }
}
