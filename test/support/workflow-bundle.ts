import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { bundleWorkflowCode, DefaultLogger, type WorkflowBundlePath } from '@temporalio/worker';

import { CallTransferPlugin } from '../../src/plugin';

import { oncePerRun, projectRoot } from './run-folder';

/** Bundles as a user's worker does: what the plugin adds to a bundle is under test as well. */
const plugin = new CallTransferPlugin({
  asapp: { apiUrl: 'http://localhost', apiId: 'none', apiSecret: 'none' },
});

/**
 * The bundle of a workflow file, for `Worker.create({ workflowBundle })`. Bundled once for a whole run, however
 * many test files ask.
 *
 * @param workflowsPath - Default: this package's own workflows, `src/workflow.ts`.
 */
export async function workflowBundle(
  workflowsPath = join(projectRoot, 'src', 'workflow.ts'),
): Promise<WorkflowBundlePath> {
  const key = createHash('sha256').update(workflowsPath).digest('hex').slice(0, 12);
  const codePath = await oncePerRun(`workflow-bundle-${key}.js`, async () => {
    const { code } = await bundleWorkflowCode({
      workflowsPath,
      plugins: [plugin],
      logger: new DefaultLogger('WARN'),
    });
    return code;
  });
  return { codePath };
}
