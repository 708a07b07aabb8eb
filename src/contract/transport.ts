/**
 * How a call gets to GenerativeAgent: one value for what is requested, one for what is to be dialled.
 *
 * Everything between passes them through. Only the two ends look inside: `asapp/`, which makes ASAPP's request of the
 * one and reads the other from the answer, and `call-control/`, which dials.
 */
import { z } from 'zod';

import { countrySchema, optional } from './fields';

/** Default: `PHONE_NUMBER`. */
export const transportTypeSchema = z.enum(['PHONE_NUMBER'], { error: 'must be PHONE_NUMBER' });

/** What is requested of ASAPP. */
export interface RequestedTransport {
  type: 'PHONE_NUMBER';
  /** ISO 3166-1 alpha-2. */
  country: string;
}

/** What is to be dialled. */
export const destinationSchema = z.object({
  type: z.literal('PHONE_NUMBER'),
  /** Dial string, as ASAPP gave it. */
  transferNumber: z.string(),
  country: z.string(),
});
export type Destination = z.infer<typeof destinationSchema>;

/** A destination, and until when it may be used. Times in epoch milliseconds on the clock of Temporal's server. */
export interface AssignedTransport {
  destination: Destination;
  /** When ASAPP releases the number. */
  expiresAt: number;
  /** The last moment at which dialling may begin. */
  dialBy: number;
}

/** The fields by which what starts a conversation names its transport. */
export const transportFields = { type: optional(transportTypeSchema), country: countrySchema };

/** The same where a request may leave it to its conversation. */
export const optionalTransportFields = { ...transportFields, country: optional(countrySchema) };

/** The transport that a checked payload names. */
export const requestedTransport = ({ country }: { country: string }): RequestedTransport => ({
  type: 'PHONE_NUMBER',
  country,
});

/** The same where a request may name none. */
export const transportNamed = ({
  country,
}: {
  country?: string | undefined;
}): RequestedTransport | undefined => (country === undefined ? undefined : requestedTransport({ country }));

/** What many may read of a transport, such as in Temporal's lists. */
export const describeTransport = ({ country }: RequestedTransport): string => country;
