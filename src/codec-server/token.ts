/**
 * Checks a token.
 *
 * @returns whose it is
 * @throws TokenError
 */
export type TokenCheck = (token: string) => Promise<string>;

/** What a token must be signed with and say. */
export interface TokenRules {
  /** Where the issuer publishes its keys, or a secret of at least 32 bytes that signs with HS256. */
  keys: { jwksUrl: string } | { secret: string };
  /** What `iss` must say. */
  issuer: string;
  /** What `aud` must hold: else a token for any other service of the company would do. */
  audience: string;
  /** What `scope` must hold among its words. Default: none. */
  scope?: string;
}

/** A token that does not let anybody in, or that nobody could check. */
export class TokenError extends Error {
  override readonly name = 'TokenError';

  constructor(
    readonly statusCode: 401 | 403 | 503,
    message: string,
  ) {
    super(message);
  }
}

export const BAD_TOKEN = 'The token is missing, wrong, or too old';

/** Checks tokens by these rules. A token must have an end and a subject; clocks may differ by five seconds. */
export function tokenCheck(rules: TokenRules): TokenCheck {
  const { scope } = rules;
  let verifier: ReturnType<typeof verifierBy> | undefined;
  return async (token) => {
    verifier ??= verifierBy(rules);
    const payload = await (await verifier)(token);
    if (payload.sub === undefined || payload.sub.trim() === '') throw new TokenError(401, BAD_TOKEN);
    const words = typeof payload['scope'] === 'string' ? payload['scope'].split(' ') : [];
    if (scope !== undefined && !words.includes(scope))
      throw new TokenError(403, `The token lacks the scope ${scope}`);
    return payload.sub;
  };
}

/** What verifies tokens, with jose: loaded as an ES module, which is all that its version 6 is. */
async function verifierBy({ keys, issuer, audience }: TokenRules) {
  const { createRemoteJWKSet, errors, jwtVerify } = await import('jose');
  /** What it throws for a token that is wrong; anything else means that the issuer's keys could not be had. */
  const ofTheToken = [
    errors.JWTInvalid,
    errors.JWTExpired,
    errors.JWTClaimValidationFailed,
    errors.JWSInvalid,
    errors.JWSSignatureVerificationFailed,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
  ];
  const getKey =
    'jwksUrl' in keys
      ? createRemoteJWKSet(new URL(keys.jwksUrl), { timeoutDuration: 3000 })
      : () => Buffer.from(keys.secret);
  // A public key must never be taken for the secret of an HMAC.
  const algorithms = 'jwksUrl' in keys ? ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] : ['HS256'];
  const options = { issuer, audience, algorithms, requiredClaims: ['exp', 'sub'], clockTolerance: 5 };
  return async (token: string) => {
    try {
      return (await jwtVerify(token, getKey, options)).payload;
    } catch (error) {
      if (ofTheToken.some((type) => error instanceof type)) throw new TokenError(401, BAD_TOKEN);
      throw new TokenError(503, "The issuer's keys cannot be had: try again");
    }
  };
}
