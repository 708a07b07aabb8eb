import { asappFailures, errorKind } from '../../src/asapp/error';

describe('an HTTP status of ASAPP', () => {
  it.each([
    [301, 'responseInvalid'],
    [302, 'responseInvalid'],
    [304, 'responseInvalid'],
    [400, 'requestRefused'],
    [401, 'credentialsRefused'],
    [403, 'credentialsRefused'],
    [404, 'notFound'],
    [409, 'requestRefused'],
    [413, 'requestRefused'],
    [422, 'requestRefused'],
    [418, 'requestRefused'],
    [429, 'rateLimited'],
    [500, 'serverError'],
    [502, 'serverError'],
    [503, 'serverError'],
    [504, 'serverError'],
    [599, 'serverError'],
  ] as const)('%i means %s', (status, kind) => {
    expect(errorKind(status)).toBe(kind);
  });
});

describe('a kind of failure has its names, by which clients and dashboards know it:', () => {
  it.each([
    ['unreachable', 'AsappUnreachable', 'unreachable'],
    ['rateLimited', 'AsappRateLimited', 'rate_limited'],
    ['serverError', 'AsappServerError', 'server_error'],
    ['credentialsRefused', 'AsappCredentialsRefused', 'credentials_refused'],
    ['notFound', 'AsappTransferNotFound', 'not_found'],
    ['requestRefused', 'AsappRequestRefused', 'request_refused'],
    ['responseInvalid', 'AsappResponseInvalid', 'response_invalid'],
    ['responseTooLarge', 'AsappResponseTooLarge', 'response_too_large'],
    ['callCeilingReached', 'CallCeilingReached', 'call_ceiling'],
    ['requestCeilingReached', 'RequestCeilingReached', 'request_ceiling'],
    ['ceilingsUnavailable', 'CeilingsUnavailable', 'ceilings_unavailable'],
  ] as const)('%s is the failure %s, and %s in metrics', (kind, type, result) => {
    expect(asappFailures[kind]).toMatchObject({ type, result });
  });
});
