import { z } from 'zod';

import { httpUrl } from '../contract/fields';
import { list, logLevel, port, readEnvironment, warnOfPlainHttp } from '../environment/read-environment';

import type { TokenRules } from './token';

const origin = z
  .string()
  .regex(/^https?:\/\/[^\s/*?#]+$/, 'each must be an origin, such as https://temporal.example.com');

const environmentSchema = z
  .object({
    CODEC_SERVER_HOST: z.string().default('127.0.0.1'),
    CODEC_SERVER_PORT: port.default(8089),
    CODEC_SERVER_UI_ORIGINS: list.pipe(z.array(origin)),
    CODEC_SERVER_JWKS_URL: httpUrl.optional(),
    CODEC_SERVER_JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
    CODEC_SERVER_JWT_ISSUER: z.string(),
    CODEC_SERVER_JWT_AUDIENCE: z.string(),
    CODEC_SERVER_JWT_SCOPE: z.string().optional(),
    CODEC_SERVER_LOG_LEVEL: logLevel.default('info'),
  })
  .refine(
    (set) => (set.CODEC_SERVER_JWKS_URL === undefined) !== (set.CODEC_SERVER_JWT_SECRET === undefined),
    {
      path: ['CODEC_SERVER_JWKS_URL'],
      error: 'either this or CODEC_SERVER_JWT_SECRET must be set: nobody reads without a token',
    },
  );

/**
 * Reads and checks the codec server's environment, all but the keys.
 *
 * @throws EnvironmentError naming every mistake at once
 */
export function readCodecServerEnvironment(environment: NodeJS.ProcessEnv) {
  const set = readEnvironment(environmentSchema, environment);
  const { CODEC_SERVER_JWKS_URL: jwksUrl, CODEC_SERVER_JWT_SECRET: secret = '' } = set;
  warnOfPlainHttp('CODEC_SERVER_JWKS_URL', jwksUrl);
  const { CODEC_SERVER_JWT_SCOPE: scope } = set;
  const token: TokenRules = {
    keys: jwksUrl === undefined ? { secret } : { jwksUrl },
    issuer: set.CODEC_SERVER_JWT_ISSUER,
    audience: set.CODEC_SERVER_JWT_AUDIENCE,
    ...(scope === undefined ? {} : { scope }),
  };
  return {
    host: set.CODEC_SERVER_HOST,
    port: set.CODEC_SERVER_PORT,
    uiOrigins: set.CODEC_SERVER_UI_ORIGINS,
    token,
    logLevel: set.CODEC_SERVER_LOG_LEVEL,
  };
}
