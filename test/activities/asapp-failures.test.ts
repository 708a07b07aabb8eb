import { ApplicationFailure } from '@temporalio/common';

import { toFailure } from '../../src/activities/attempt';
import { AsappError, type AsappErrorKind } from '../../src/asapp/error';

const failure = (kind: AsappErrorKind, attempt: number, retryAfterMs?: number) =>
  toFailure(new AsappError(kind, 'ASAPP answered', 500, retryAfterMs), attempt);

describe('a request that may succeed when it is sent again', () => {
  it.each([
    ['unreachable', 1, 'AsappUnreachable', 250],
    ['unreachable', 2, 'AsappUnreachable', 500],
    ['unreachable', 3, 'AsappUnreachable', 1000],
    ['serverError', 1, 'AsappServerError', 250],
    ['serverError', 2, 'AsappServerError', 500],
    ['serverError', 3, 'AsappServerError', 1000],
    ['rateLimited', 1, 'AsappRateLimited', 1000],
    ['rateLimited', 2, 'AsappRateLimited', 2000],
    ['rateLimited', 3, 'AsappRateLimited', 4000],
  ] as const)('%s at attempt %i is %s, again in %i ms', (kind, attempt, type, nextRetryDelay) => {
    expect(failure(kind, attempt)).toMatchObject({ type, nonRetryable: false, nextRetryDelay });
  });

  it.each(['unreachable', 'serverError', 'rateLimited'] as const)(
    '%s is sent three times again at most',
    (kind) => {
      expect(failure(kind, 4)).toMatchObject({ nonRetryable: true });
    },
  );

  it('waits as long as ASAPP asks for', () => {
    expect(failure('rateLimited', 1, 3000)).toMatchObject({ nextRetryDelay: 3000 });
  });
});

test.each([
  ['credentialsRefused', 'AsappCredentialsRefused'],
  ['notFound', 'AsappTransferNotFound'],
  ['requestRefused', 'AsappRequestRefused'],
  ['responseInvalid', 'AsappResponseInvalid'],
] as const)('%s is %s, and never sent again', (kind, type) => {
  expect(failure(kind, 1)).toMatchObject({ type, nonRetryable: true, message: 'ASAPP answered' });
});

test("failures that are not ASAPP's stay what they are", () => {
  const own = ApplicationFailure.nonRetryable('own', 'TransferIdConflict');
  const bug = new TypeError('bug');

  expect(toFailure(own, 1)).toBe(own);
  expect(toFailure(bug, 1)).toBe(bug);
});
