import { AsappError, retryDelayMs, type AsappErrorKind } from '../../src/asapp/error';

const delays = (kind: AsappErrorKind, retryAfterMs?: number) =>
  [1, 2, 3, 4, 5].map((attempt) =>
    retryDelayMs(new AsappError(kind, 'failed', undefined, retryAfterMs), attempt),
  );

describe('the pause before a request is sent again', () => {
  it.each([
    ['rateLimited', [1000, 2000, 4000, undefined, undefined]],
    ['serverError', [250, 500, 1000, undefined, undefined]],
    ['unreachable', [250, 500, 1000, undefined, undefined]],
  ] as const)('grows after %s, and ends after three retries', (kind, expected) => {
    expect(delays(kind)).toEqual(expected);
  });

  it.each(['credentialsRefused', 'notFound', 'requestRefused', 'responseInvalid'] as const)(
    'does not exist after %s: no retry can mend it',
    (kind) => {
      expect(delays(kind, 1000)).toEqual([undefined, undefined, undefined, undefined, undefined]);
    },
  );

  it('is as long as ASAPP asks after rateLimited, shorter or longer, and ends after three retries', () => {
    expect(delays('rateLimited', 7000)).toEqual([7000, 7000, 7000, undefined, undefined]);
    expect(delays('rateLimited', 0)).toEqual([0, 0, 0, undefined, undefined]);
  });

  it('does not follow Retry-After after serverError: somebody is on the line', () => {
    expect(delays('serverError', 30_000)).toEqual([250, 500, 1000, undefined, undefined]);
  });
});
