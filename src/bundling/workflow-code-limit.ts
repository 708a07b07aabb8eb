import type { WorkerOptions } from '@temporalio/worker';

/**
 * How long the code of a workflow may run in one go, where the worker's owner says nothing. At the SDK's 5 s a worker ends that
 * was stopped for so long, as with its virtual machine: Node.js aborts if it breaks off code that has awaited anything
 * (https://github.com/nodejs/node/issues/38503).
 */
const WORKFLOW_CODE_LIMIT = '1 minute';

/** An option of the SDK's that its types do not have. */
interface Limited {
  isolateExecutionTimeout?: string | number;
}

/** The limit on the code of workflows for a worker; code that is debugged has none. */
export const workflowCodeLimit = ({
  isolateExecutionTimeout = WORKFLOW_CODE_LIMIT,
  debugMode = process.env['TEMPORAL_DEBUG'] !== undefined,
}: Limited & Pick<WorkerOptions, 'debugMode'> = {}): Limited =>
  debugMode ? {} : { isolateExecutionTimeout };
