import { z } from 'zod';

import { optional } from '../contract/fields';
import { variablesSchema } from '../contract/json';

const statuses = ['ACTIVE', 'ONGOING', 'COMPLETED', 'EXPIRED'] as const;
export type TransferStatus = (typeof statuses)[number];

const statusSchema = z
  .string()
  .transform((status) => status.toUpperCase())
  .pipe(z.enum(statuses));

/** A field that no step needs: what cannot be read is as good as absent. */
const ifReadable = <T extends z.ZodType>(schema: T) => optional(schema).catch(undefined);

const ZONE = /(?:z|[+-]\d{2}:?\d{2})$/i;

/** An instant with a time zone, in any notation that can be read, as epoch milliseconds. */
const instantSchema = z
  .string()
  .transform((text) => (ZONE.test(text) ? Date.parse(text) : NaN))
  .refine((instant) => !Number.isNaN(instant), 'must be an instant with a time zone');

const outputContextSchema = z.object({
  /** `AGENT` or `SYSTEM`; a word that nobody knows is kept for the caller to judge, as is none. */
  transferType: ifReadable(z.string().transform((type) => type.toUpperCase())),
  currentTaskName: ifReadable(z.string()),
  referenceVariables: ifReadable(variablesSchema),
  transferVariables: ifReadable(variablesSchema),
});
export type OutputContext = z.output<typeof outputContextSchema>;

/**
 * A call transfer as ASAPP's POST and GET answer it: strict in what a step needs, and no more. Unknown fields are ignored:
 * new ones may appear at any time.
 */
export const callTransferResourceSchema = z.object({
  id: optional(z.string()),
  externalConversationId: optional(z.string()),
  status: statusSchema,
  /** ASAPP's proof that the dialled call arrived; epoch milliseconds on its clock, as `completedAt`. */
  callReceivedAt: ifReadable(instantSchema),
  completedAt: ifReadable(instantSchema),
  // A context that is none still says that GenerativeAgent ended the call.
  outputContext: optional(outputContextSchema.catch({} as OutputContext)),
});
export type CallTransferResource = z.output<typeof callTransferResourceSchema>;

/** The same as POST answers it, where no status means that it is new. */
export const createdResourceSchema = callTransferResourceSchema.extend({
  status: statusSchema.nullish().transform((status) => status ?? 'ACTIVE'),
});

/** What is to be dialled, and when ASAPP releases it, in the answer to a request for a number. */
export const assignedNumberSchema = z.object({
  createdAt: ifReadable(instantSchema),
  phoneNumber: z.object({
    transferNumber: z.string().min(1, 'must not be empty'),
    country: ifReadable(z.string()),
    /** The guide's name of the expiry. */
    expireAt: optional(instantSchema),
    /** The API reference's name of the same field. */
    expiresAt: optional(instantSchema),
  }),
});
