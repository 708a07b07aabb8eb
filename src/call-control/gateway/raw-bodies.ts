import type { FastifyInstance } from 'fastify';

/** Leaves bodies as the bytes that came: signatures are made over them. */
export function takeRawBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
}
