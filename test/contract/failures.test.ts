import { ApplicationFailure } from '@temporalio/common';

import { refusalType } from '../../src/contract/failures';

test("a refusal is told by its type, and not by the class that Temporal's own errors have, too", () => {
  const failure = (type: string) => ApplicationFailure.nonRetryable('why', type);
  expect(refusalType(failure('UnknownLeg'))).toBe('UnknownLeg');
  expect(refusalType(failure('InvalidInput'))).toBe('InvalidInput');
  expect(refusalType(failure('AcceptedUpdateCompletedWorkflow'))).toBeUndefined();
  expect(refusalType(failure('AsappUnreachable'))).toBeUndefined();
  expect(refusalType(ApplicationFailure.nonRetryable('why'))).toBeUndefined();
  expect(refusalType(Object.assign(new Error('why'), { type: 'UnknownLeg' }))).toBeUndefined();
});
