import countries from 'countries-list/minimal/countries.2to3.min.json';
import { z } from 'zod';

import {
  conversationViewSchema,
  ignoredEventSchema,
  legPhaseSchema,
  legViewSchema,
} from '../../contract/conversation-view';
import { countrySchema } from '../../contract/fields';
import { handOverSchema } from '../../contract/hand-over';
import { jsonSchema, variablesSchema } from '../../contract/json';
import { dialableLegSchema, nextStepSchema } from '../../contract/next-step';
import {
  detectionSchema,
  fallbackReasonSchema,
  legSummarySchema,
  outcomeSchema,
  routingDecisionSchema,
} from '../../contract/routing-decision';
import { connectReportSchema, hangupPartySchema } from '../../contract/telephony-events';
import { inputContextSchema } from '../../contract/transfer-request';
import { transportTypeSchema } from '../../contract/transport';
import { legEventSchema } from '../leg-events';

import { deliverySchema, disconnectBodySchema, requestBodySchema } from './conversation-routes';
import { examples } from './examples';
import { healthSchema } from './health-routes';
import { problemSchema } from './problems';

const [dialStep, routeStep] = nextStepSchema.options;
const [phoneNumberLeg, sipLeg] = dialableLegSchema.options;
const [legRequested, legConnected, legDisconnected] = legEventSchema.options;

interface Named {
  schema: z.ZodType;
  description: string;
  examples?: readonly unknown[];
}

/** What has a name in the description. Each member of a union has one: generators name types by it. */
const named: Readonly<Record<string, Named>> = {
  TransferRequest: {
    schema: requestBodySchema,
    description: 'The first request of a conversation, and any for a number, needs a `country`',
    examples: [examples.transferRequest],
  },
  ConnectReport: {
    schema: connectReportSchema,
    description: 'The dialled leg was answered',
    examples: [examples.connectReport],
  },
  DisconnectReport: {
    schema: disconnectBodySchema,
    description: 'A leg is over',
    examples: [examples.disconnectReport],
  },
  LegEvent: {
    schema: legEventSchema,
    description: 'What happened to a leg',
    examples: [examples.legRequested, examples.legConnected, examples.legDisconnected],
  },
  LegRequested: {
    schema: legRequested,
    description:
      'GenerativeAgent is wanted on the call: a conversation starts, or its customer reconnects. A number needs a `country`',
  },
  LegConnected: { schema: legConnected, description: 'GenerativeAgent answered the dialled leg' },
  LegDisconnected: { schema: legDisconnected, description: 'The leg is over' },
  InputContext: { schema: inputContextSchema, description: 'What GenerativeAgent is told' },
  HangupParty: {
    schema: hangupPartySchema,
    description: 'Who ended the leg. `GENERATIVE_AGENT` whenever the caller is still on the line',
  },
  TransportType: { schema: transportTypeSchema, description: 'How the call gets to GenerativeAgent' },
  Country: { schema: countrySchema, description: 'ISO 3166-1 alpha-2' },
  NextStep: {
    schema: nextStepSchema,
    description: 'What to do with the customer: dial, or route by a decision',
    examples: [examples.dialStep, examples.routeStep],
  },
  DialStep: { schema: dialStep, description: 'Dial this leg, before its `dialBy`' },
  RouteStep: { schema: routeStep, description: "Do what the decision's `route` says" },
  DialableLeg: { schema: dialableLegSchema, description: 'What is to be dialled' },
  PhoneNumberLeg: {
    schema: phoneNumberLeg,
    description: 'A temporary number, which may be a stranger’s after `expiresAt`',
  },
  SipLeg: {
    schema: sipLeg,
    description: "ASAPP's SIP address. The INVITE must carry the headers",
    examples: [examples.sipLeg],
  },
  RoutingDecision: {
    schema: routingDecisionSchema,
    description: 'What a leg ended with, and where to route',
  },
  LegSummary: { schema: legSummarySchema, description: 'One leg of a decision' },
  HandOver: { schema: handOverSchema, description: 'What goes along with the customer over SIP' },
  Outcome: { schema: outcomeSchema, description: 'How a leg ended. A closed set' },
  FallbackReason: {
    schema: fallbackReasonSchema,
    description: 'Why a decision is a fallback. An open set: a newer worker may know more',
  },
  Detection: { schema: detectionSchema, description: 'How the end of a leg was noticed' },
  Variables: { schema: variablesSchema, description: 'What GenerativeAgent hands back, by name' },
  Json: { schema: jsonSchema, description: 'Any JSON' },
  ConversationView: {
    schema: conversationViewSchema,
    description: 'The state of a conversation',
    examples: [examples.conversation],
  },
  LegView: { schema: legViewSchema, description: 'One leg with its times, `null` while they have not come' },
  LegPhase: { schema: legPhaseSchema, description: 'Where a leg is' },
  IgnoredEvent: { schema: ignoredEventSchema, description: 'An event that changed nothing, and why' },
  Delivery: {
    schema: deliverySchema,
    description: 'Whether the conversation heard it',
    examples: [{ delivered: true }],
  },
  Health: { schema: healthSchema, description: 'How the gateway is', examples: [{ status: 'ready' }] },
  Problem: {
    schema: problemSchema,
    description: 'Why a request was refused, or could not be answered',
    examples: examples.problems,
  },
};

/** The names, and what is said beside them. */
export const schemaRegistry = z.registry<{ id?: string; [keyword: string]: unknown }>();
for (const [id, { schema, ...said }] of Object.entries(named)) schemaRegistry.add(schema, { id, ...said });
schemaRegistry.add(sipLeg.shape.sipUri, { format: 'uri' });

type Override = NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>;
type JsonSchema = Parameters<Override>[0]['jsonSchema'];

/** What JSON Schema can say and zod does not by itself, or not from this registry. */
export const override: Override = ({ zodSchema, jsonSchema: described }) => {
  const schema = zodSchema as unknown;
  // What the schemas say of themselves, except for `anyOf`: generators take an object with one for a union.
  const { id: _, anyOf: __, ...own } = z.globalRegistry.get(zodSchema) ?? {};
  // zod leaves out the examples of what is transformed.
  const { id: ___, ...said } = schemaRegistry.get(zodSchema) ?? {};
  Object.assign(described, own, said);
  if (schema === jsonSchema) {
    for (const key of Object.keys(described)) {
      if (key !== 'description') Reflect.deleteProperty(described, key);
    }
  }
  // Every key of JSON is a string.
  if (Object.keys(described.propertyNames ?? {}).join() === 'type') delete described.propertyNames;
  // Readers must expect fields that a newer version adds.
  if (described.additionalProperties === false) delete described.additionalProperties;
  if (schema === countrySchema) described.enum = Object.keys(countries);
  if (schema === fallbackReasonSchema) {
    described['x-extensible-enum'] = described.enum;
    delete described.enum;
  }
  if (schema instanceof z.ZodDiscriminatedUnion)
    described['discriminator'] = discriminatorOf(schema, described);
  for (const name of instants) sayInstant(described.properties?.[name]);
  // The format says the same in fewer characters.
  if (described.format === 'date-time') delete described.pattern;
};

/** Fields that hold an instant wherever they are. */
const instants = [
  ...['at', 'dialBy', 'expiresAt', 'requestedAt', 'connectedAt', 'disconnectedAt', 'endedAt'],
  'reconnectUntil',
];

function sayInstant(field: JsonSchema | boolean | undefined): void {
  if (typeof field !== 'object') return;
  if (field.type === 'string') field.format = 'date-time';
  for (const member of field.anyOf ?? []) sayInstant(member);
}

/** Which member a value of the discriminating field means. */
function discriminatorOf(union: z.ZodDiscriminatedUnion, { oneOf = [] }: JsonSchema) {
  const { discriminator: propertyName } = union.def;
  const mapping = union.options.flatMap((option, index) => {
    const values = option._zod.propValues?.[propertyName] ?? [];
    return [...values].map((value) => [String(value), oneOf[index]?.$ref]);
  });
  return { propertyName, mapping: Object.fromEntries(mapping) as Record<string, string> };
}
