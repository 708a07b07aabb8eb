import { readCodecServerEnvironment } from '../../src/codec-server/environment';
import { EnvironmentError } from '../../src/environment/read-environment';

const required = {
  CODEC_SERVER_UI_ORIGINS: 'https://temporal.example.com',
  CODEC_SERVER_JWKS_URL: 'https://login.example.com/jwks',
  CODEC_SERVER_JWT_ISSUER: 'https://login.example.com',
  CODEC_SERVER_JWT_AUDIENCE: 'codec',
};

function mistakesIn(environment: Record<string, string>): readonly string[] {
  try {
    readCodecServerEnvironment(environment);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.mistakes;
    throw error;
  }
  throw new Error('Expected a refusal');
}

test('what must be set, and the defaults', () => {
  expect(readCodecServerEnvironment(required)).toEqual({
    host: '127.0.0.1',
    port: 8089,
    uiOrigins: ['https://temporal.example.com'],
    token: {
      keys: { jwksUrl: 'https://login.example.com/jwks' },
      issuer: 'https://login.example.com',
      audience: 'codec',
    },
    logLevel: 'info',
  });
});

test('nobody can leave the token out, or let every page in', () => {
  const { CODEC_SERVER_JWKS_URL: _, ...without } = required;
  expect(mistakesIn(without)).toEqual([expect.stringMatching(/^CODEC_SERVER_JWKS_URL: /)]);
  expect(mistakesIn({ ...required, CODEC_SERVER_JWT_SECRET: 's'.repeat(32) })).toEqual([
    expect.stringMatching(/^CODEC_SERVER_JWKS_URL: /),
  ]);
  expect(mistakesIn({ ...without, CODEC_SERVER_JWT_SECRET: 'short' })).toEqual([
    expect.stringMatching(/^CODEC_SERVER_JWT_SECRET: must have at least 32/),
  ]);
  for (const origin of ['*', 'https://temporal.example.com/', 'temporal.example.com']) {
    expect(mistakesIn({ ...required, CODEC_SERVER_UI_ORIGINS: origin })).toEqual([
      expect.stringMatching(/^CODEC_SERVER_UI_ORIGINS\.0: each must be an origin/),
    ]);
  }
  expect(mistakesIn({})).toEqual(
    expect.arrayContaining([
      'CODEC_SERVER_UI_ORIGINS: is missing',
      'CODEC_SERVER_JWT_ISSUER: is missing',
      'CODEC_SERVER_JWT_AUDIENCE: is missing',
    ]),
  );
});
