import fastifySwagger from '@fastify/swagger';
import countries from 'countries-list/minimal/countries.2to3.min.json';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { conversationViewSchema } from '../../contract/conversation-view';
import { countrySchema } from '../../contract/fields';
import { jsonSchema } from '../../contract/json';
import { nextStepSchema } from '../../contract/next-step';
import { routingDecisionSchema } from '../../contract/routing-decision';
import { legEventSchema } from '../leg-events';

import { deliverySchema } from './conversation-routes';
import type { GatewayOptions } from './create-gateway';
import { healthSchema } from './health-routes';
import { problemSchema } from './problems';

/** What has a name in the description. */
const schemaRegistry = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({
  Json: jsonSchema,
  LegEvent: legEventSchema,
  NextStep: nextStepSchema,
  RoutingDecision: routingDecisionSchema,
  ConversationView: conversationViewSchema,
  Delivery: deliverySchema,
  Health: healthSchema,
  Problem: problemSchema,
})) {
  schemaRegistry.add(schema, { id });
}

type Override = NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>;

/** What JSON Schema can say and zod does not by itself. */
const override: Override = ({ zodSchema, jsonSchema: described }) => {
  if ((zodSchema as unknown) === jsonSchema) {
    for (const key of Object.keys(described)) Reflect.deleteProperty(described, key);
    described.description = 'Any JSON';
  }
  // Readers must expect fields that a newer version adds.
  if (described.additionalProperties === false) delete described.additionalProperties;
  if ((zodSchema as unknown) === countrySchema) described.enum = Object.keys(countries);
};

const inHeader = (name: string, description: string) =>
  ({ type: 'apiKey', in: 'header', name, description }) as const;

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
          "Hands a live call to ASAPP's GenerativeAgent and gets it back. Every ask is answered within its hard limit, with a number to dial or with where to route the customer.",
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer' },
          standardWebhooks: inHeader('webhook-signature', 'https://www.standardwebhooks.com'),
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
    transformObject: (document) => withoutUnused(createJsonSchemaTransformObject(config)(document)),
  });
  // Made once: many requests whose answers nobody reads hold the same bytes.
  let description: Buffer | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, (_request, reply) => {
    description ??= Buffer.from(JSON.stringify(app.swagger()));
    return reply.type('application/json').send(description);
  });
}

/** Drops the names that nothing refers to: each schema was given one for requests and one for answers. */
function withoutUnused<T extends object>(document: T): T {
  const { components: { schemas = {} } = {} } = document as {
    components?: { schemas?: Record<string, unknown> };
  };
  const isUnused = (name: string) => {
    const { [name]: _, ...others } = schemas;
    const rest = { ...document, components: { schemas: others } };
    return !JSON.stringify(rest).includes(`"#/components/schemas/${name}"`);
  };
  const unused = Object.keys(schemas).filter(isUnused);
  for (const name of unused) Reflect.deleteProperty(schemas, name);
  return unused.length === 0 ? document : withoutUnused(document);
}
