import { createHash, timingSafeEqual } from 'node:crypto';

import type { FastifyRequest } from 'fastify';

import { unauthorized } from './problems';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Lets a request pass that has one of the keys as its bearer token. Without keys none passes. */
export function bearer(keys: readonly string[]): (request: FastifyRequest) => Promise<void> {
  const known = keys.map(digest);
  return (request) => {
    const [scheme = '', token = ''] = request.headers.authorization?.split(' ') ?? [];
    const given = digest(token);
    // Every key is compared, so that the time tells nothing about which one it was.
    const matches = known.filter((key) => timingSafeEqual(key, given)).length;
    if (scheme.toLowerCase() !== 'bearer' || matches === 0) return Promise.reject(unauthorized());
    return Promise.resolve();
  };
}
