import type { FastifyInstance } from 'fastify';

/** Serves the description that `@fastify/swagger` collects, at `/openapi.json`. */
export function serveDescription(app: FastifyInstance): void {
  // Made once: many requests whose answers nobody reads hold the same bytes.
  let description: Buffer | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, (_request, reply) => {
    description ??= Buffer.from(JSON.stringify(app.swagger()));
    return reply.type('application/json').send(description);
  });
}
