import type { AsappErrorKind } from './error';

const kinds: Record<number, AsappErrorKind> = {
  401: 'credentialsRefused',
  403: 'credentialsRefused',
  404: 'notFound',
  429: 'rateLimited',
};

/** What an HTTP status other than 200 means. */
export function errorKind(status: number): AsappErrorKind {
  if (status >= 500) return 'serverError';
  if (status >= 400) return kinds[status] ?? 'requestRefused';
  return 'responseInvalid';
}
