import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { bundleWorkflowCode, DefaultLogger, type WorkflowBundlePath } from '@temporalio/worker';

import { oncePerRun, projectRoot } from './run-folder';

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
    const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
    return code;
  });
  return { codePath };
}
