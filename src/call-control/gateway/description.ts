import fastifySwagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';

import { serveDescription } from '../../environment/serve-description';

import type { GatewayOptions } from './create-gateway';
import { override, schemaRegistry } from './named-schemas';

const inHeader = (name: string, description: string) =>
  ({ type: 'apiKey', in: 'header', name, description }) as const;

const securitySchemes = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'One of `GATEWAY_API_KEYS`' },
  standardWebhooks: inHeader(
    // Not as the parameter is spelled, because @fastify/swagger drops a parameter that a scheme names.
    'Webhook-Signature',
    'HMAC-SHA-256 with one of `GATEWAY_WEBHOOK_SECRETS`, see https://www.standardwebhooks.com',
  ),
} as const;

const tags = [
  { name: 'Conversations', description: 'For systems that speak JSON and hold a key' },
  { name: 'Leg events', description: 'For systems that sign what they post' },
  { name: 'Health', description: 'For whoever runs the gateway' },
];

/** Collects the routes that are declared after it into the OpenAPI description at `/openapi.json`. */
export async function describeRoutes(
  app: FastifyInstance,
  { publicUrl, phoneSystems = [] }: GatewayOptions,
): Promise<void> {
  const config = { schemaRegistry, zodToJsonConfig: { override } };
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Call transfer gateway',
        version: '1',
        description:
          "Hands a live call to ASAPP's GenerativeAgent and gets it back. Every request for a next step is answered within its hard limit, with what to dial or with where to route the customer. Expect fields that are not described here: newer versions add some.",
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: publicUrl }],
      tags: [
        ...tags,
        ...phoneSystems.map(({ name }) => ({ name, description: `Webhooks of ${name}, as it makes them` })),
      ],
      components: {
        securitySchemes: {
          ...securitySchemes,
          ...Object.fromEntries(
            phoneSystems.map(({ name, signatureHeader }) => [
              name,
              inHeader(signatureHeader, `As ${name} signs its webhooks`),
            ]),
          ),
        },
      },
    },
    transform: createJsonSchemaTransform(config),
    transformObject: (document) => onlyUsed(createJsonSchemaTransformObject(config)(document)),
  });
  serveDescription(app);
}

/** Ends the name that each schema has in requests, beside the name that it has in answers. */
const OF_REQUESTS = 'Input';

/** Drops the names that nothing refers to, and calls what only requests have by its own name. */
function onlyUsed<T extends object>(document: T): T {
  const { paths, components: { schemas = {}, ...components } = {} } = document as {
    paths?: object;
    components?: { schemas?: Record<string, object> };
  };
  const used = new Set(referencesIn(paths));
  // What is added while a set is gone through is gone through as well.
  for (const name of used) for (const further of referencesIn(schemas[name])) used.add(further);
  const shortened = (name: string) => {
    const own = name.endsWith(OF_REQUESTS) ? name.slice(0, -OF_REQUESTS.length) : name;
    return used.has(own) ? name : own;
  };
  const kept = Object.entries(schemas).filter(([name]) => used.has(name));
  const text = JSON.stringify({
    ...document,
    components: {
      ...components,
      schemas: Object.fromEntries(kept.map(([name, schema]) => [shortened(name), schema])),
    },
  });
  return JSON.parse(text.replace(REFERENCE, (_, name: string) => `"${SCHEMAS}${shortened(name)}"`)) as T;
}

const SCHEMAS = '#/components/schemas/';
const REFERENCE = new RegExp(`"${SCHEMAS}([^"]+)"`, 'g');

const referencesIn = (part: object = {}): string[] =>
  [...JSON.stringify(part).matchAll(REFERENCE)].map(([, name = '']) => name);
