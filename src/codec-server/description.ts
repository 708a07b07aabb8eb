import fastifySwagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { serveDescription } from '../environment/serve-description';

export type Work = 'decode' | 'encode';

/** Base64 of either alphabet, with or without padding. */
const bytes = z
  .string()
  .regex(/^[\w+/-]*={0,2}$/, 'must be base64')
  .transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

/** `"conv-1"`, as no key has touched it. */
const example = {
  payloads: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'ImNvbnYtMSI=' }],
};

/** Payloads in the JSON form of Protobuf, in which `null` is what is absent. */
const bodySchema = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), bytes).nullish(), data: bytes.nullish() }))
    .nullish(),
});

const workedSchema = z
  .object({
    payloads: z.array(z.object({ metadata: z.record(z.string(), z.base64()), data: z.base64().optional() })),
  })
  .meta({ examples: [example] });

const problemSchema = z.object({ message: z.string() });

/** How an answer of JSON is described. */
const answer = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': { schema } },
});

const problem = (description: string) => answer(description, problemSchema);

const summaries: Record<Work, string> = {
  decode: 'Decrypt payloads; one that is not encrypted comes back as it is',
  encode: 'Encrypt payloads with the key that is in use',
};

/** What a route checks and how it is described. A namespace may stand before the work. */
export const descriptionOf = (work: Work, hasNamespace: boolean) => ({
  schema: {
    operationId: hasNamespace ? `${work}InNamespace` : work,
    tags: ['Payloads'],
    summary: summaries[work],
    security: [{ token: [] }],
    body: bodySchema,
    params: z.object(
      hasNamespace
        ? { namespace: z.string().meta({ description: 'For the log', examples: ['default'] }) }
        : {},
    ) as z.ZodType<{ namespace?: string }>,
    response: {
      200: answer('The same payloads in the same order', workedSchema),
      400: problem('The body does not fit; the message names the field'),
      401: problem('The token is missing, wrong, or too old'),
      403: problem('The token lacks a scope'),
      413: problem('The body is too large'),
      415: problem('The body is no JSON'),
      422: problem('A payload names a key that is not there, or was changed'),
      429: problem('Too many requests'),
      503: problem("The issuer's keys cannot be had: send it again"),
    },
  },
  // What was encoded can be decoded: whoever tests by the description has real payloads to begin with.
  ...(work === 'encode' && {
    links: { 200: { decode: { operationId: 'decode', requestBody: '$response.body' } } },
  }),
});

export const healthSchema = {
  operationId: 'isLive',
  tags: ['Health'],
  summary: 'The process works',
  security: [],
  response: {
    200: answer('It does', z.object({ status: z.string() }).meta({ examples: [{ status: 'ok' }] })),
  },
};

/** Collects the routes that are declared after it into the OpenAPI description at `/openapi.json`. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Call transfer codec server',
        version: '1',
        description:
          "Encrypts and decrypts payloads by Temporal's protocol for codec servers, for the Web UI and the `temporal` command.",
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'Payloads', description: 'For the Web UI and the `temporal` command' },
        { name: 'Health', description: 'For whoever runs the codec server' },
      ],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: "A JWT of the identity provider's" },
        },
      },
    },
    transform: createJsonSchemaTransform({
      zodToJsonConfig: {
        // zod leaves out the examples of what is transformed.
        override: ({ zodSchema, jsonSchema }) => {
          if (zodSchema === bodySchema) jsonSchema.examples = [example];
        },
      },
    }),
  });
  serveDescription(app);
}
