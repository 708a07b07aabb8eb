import { status } from '@grpc/grpc-js';
import { QueryNotRegisteredError, ServiceError, type Client } from '@temporalio/client';

import { askTemporal } from '../../src/client/ask-temporal';
import { NoAnswerError } from '../../src/index';

/** A client to which Temporal gives these answers, one after the other, and the last one for ever. */
function served(...answers: readonly (Error | string)[]) {
  let asked = 0;
  const temporal = {
    withDeadline: async <T>(_: number, ask: () => Promise<T>) => await ask(),
    workflowService: { describeTaskQueue: () => Promise.resolve({ pollers: [] }) },
  } as unknown as Client;
  const ask = () => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { temporal: { temporal, taskQueue: 'call-transfer' }, ask };
}

const withCode = (code: status): ServiceError =>
  new ServiceError('Temporal refused', {
    cause: Object.assign(new Error('refused'), { code, details: '', metadata: {} }),
  });

const passing: [string, Error][] = [
  ['RESOURCE_EXHAUSTED', withCode(status.RESOURCE_EXHAUSTED)],
  ['FAILED_PRECONDITION', withCode(status.FAILED_PRECONDITION)],
  ['ABORTED', withCode(status.ABORTED)],
  ['INTERNAL', withCode(status.INTERNAL)],
  ['UNAVAILABLE', withCode(status.UNAVAILABLE)],
  [
    'a query that came with a workflow task that failed',
    new QueryNotRegisteredError('Failed', status.INVALID_ARGUMENT),
  ],
];

test.each(passing)('%s is asked again', async (_what, fault) => {
  const { temporal, ask } = served(fault, 'answered');
  await expect(askTemporal(temporal, ask, Date.now() + 10_000)).resolves.toBe('answered');
});

test.each(passing)('%s until the deadline is no answer', async (_what, fault) => {
  const { temporal, ask } = served(fault);
  await expect(askTemporal(temporal, ask, Date.now() + 300)).rejects.toThrow(NoAnswerError);
});

test('what cannot pass is not asked again', async () => {
  const { temporal, ask } = served(withCode(status.INVALID_ARGUMENT), 'answered');
  await expect(askTemporal(temporal, ask, Date.now() + 10_000)).rejects.toThrow(
    'Temporal could not be asked',
  );
});
