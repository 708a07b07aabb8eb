import { errorKind } from '../../src/asapp/error';

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
