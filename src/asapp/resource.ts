import { z } from 'zod';

import { instantSchema, optional } from '../contract/fields';
import { variablesSchema } from '../contract/json';

const statuses = ['ACTIVE', 'ONGOING', 'COMPLETED', 'EXPIRED'] as const;
export type TransferStatus = (typeof statuses)[number];

const statusSchema = z
  .string()
  .transform((status) => status.toUpperCase())
  .pipe(z.enum(statuses));

const outputContextSchema = z.object({
  /** `AGENT` or `SYSTEM`; a word that nobody knows is kept for the caller to judge. */
  transferType: z.string().transform((type) => type.toUpperCase()),
  currentTaskName: optional(z.string()),
  referenceVariables: optional(variablesSchema),
  transferVariables: optional(variablesSchema),
});
export type OutputContext = z.output<typeof outputContextSchema>;

const phoneNumberSchema = z
  .object({
    transferNumber: z.string().min(1),
    country: optional(z.string()),
    /** The guide's name of the expiry. */
    expireAt: optional(instantSchema),
    /** The API reference's name of the same field. */
    expiresAt: optional(instantSchema),
  })
  .transform(({ expireAt, expiresAt, ...number }, context) => {
    const expiry = expireAt ?? expiresAt;
    if (expiry === undefined) {
      context.addIssue({ code: 'custom', path: ['expireAt'], message: 'is missing' });
      return z.NEVER;
    }
    return { ...number, expiresAt: expiry };
  });

/** A call transfer as ASAPP's POST and GET answer it. Unknown fields are ignored: new ones may appear at any time. */
export const callTransferResourceSchema = z.object({
  id: z.string(),
  externalConversationId: z.string(),
  status: statusSchema,
  phoneNumber: optional(phoneNumberSchema),
  createdAt: optional(instantSchema),
  /** ASAPP's proof that the dialled call arrived. */
  callReceivedAt: optional(instantSchema),
  completedAt: optional(instantSchema),
  outputContext: optional(outputContextSchema),
});
export type CallTransferResource = z.output<typeof callTransferResourceSchema>;
