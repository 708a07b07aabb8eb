/**
 * How a call gets to GenerativeAgent: one value for what is requested, one for what is to be dialled.
 *
 * Everything between passes them through. Only the two ends look inside: `asapp/`, which makes ASAPP's request of the
 * one and reads the other from the answer, and `call-control/`, which dials.
 */
import { z } from 'zod';

import { countrySchema, optional } from './fields';

/** Default: `PHONE_NUMBER`. */
export const transportTypeSchema = z.enum(['PHONE_NUMBER', 'SIP'], { error: 'must be PHONE_NUMBER or SIP' });

/** What is requested of ASAPP: a number of an ISO 3166-1 alpha-2 country, or its SIP address. */
export type RequestedTransport = { type: 'PHONE_NUMBER'; country: string } | { type: 'SIP' };

export const phoneNumberSchema = z.object({
  type: z.literal('PHONE_NUMBER'),
  /** Dial string, as ASAPP gave it. */
  transferNumber: z.string(),
  country: z.string(),
});

/** ASAPP's static address, and the header by which it knows which transfer a call belongs to. */
export const sipAddressSchema = z.object({
  type: z.literal('SIP'),
  sipUri: z.string(),
  /** Of the INVITE: `X-ASAPP-CallTransferId`. */
  headers: z.record(z.string(), z.string()),
});

/** What is to be dialled. */
export type Destination = z.infer<typeof phoneNumberSchema> | z.infer<typeof sipAddressSchema>;

/** A destination, and until when it may be used. Times in epoch milliseconds on the clock of Temporal's server. */
export interface AssignedTransport {
  destination: Destination;
  /** When ASAPP releases the number; of a SIP address, when it counts as not dialled. */
  expiresAt: number;
  /** The last moment at which dialling may begin. */
  dialBy: number;
}

/** The fields by which a payload names its transport. */
export const transportFields = { type: optional(transportTypeSchema), country: optional(countrySchema) };

interface Named {
  type?: RequestedTransport['type'] | undefined;
  country?: string | undefined;
}

/** Told beside whatever else is wrong. */
const always = ({ value }: { value: unknown }) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of what starts a conversation: a number needs a country. */
export const needsCountry = <T extends z.ZodType<Named>>(schema: T): T =>
  schema
    .refine(({ type, country }) => type === 'SIP' || country !== undefined, {
      path: ['country'],
      error: 'is missing',
      when: always,
    })
    .meta({
      anyOf: [{ required: ['country'] }, { required: ['type'], properties: { type: { const: 'SIP' } } }],
    });

/** A leg's id that a SIP header can hold. */
export const needsHeaderId = <T extends z.ZodType<Named & { transferId?: string | undefined }>>(
  schema: T,
): T =>
  schema.refine(({ type, transferId = '' }) => type !== 'SIP' || /^[!-~]*$/.test(transferId), {
    path: ['transferId'],
    error: 'must be of visible ASCII characters for SIP, whose header it is in',
    when: always,
  });

/** The transport that a payload names, if it does. */
export function transportNamed({ type, country }: Named): RequestedTransport | undefined {
  if (type === 'SIP') return { type };
  return country === undefined ? undefined : { type: 'PHONE_NUMBER', country };
}

/** The transport of a checked payload that starts a conversation. */
export function requestedTransport(named: Named): RequestedTransport {
  const transport = transportNamed(named);
  if (transport === undefined) throw new TypeError('country: is missing');
  return transport;
}

/**
 * Why a further leg cannot have the transport that its request names, if it cannot.
 *
 * @param first - of the conversation's first leg, which a request without one has
 * @param sip - whether the worker knows ASAPP's SIP address
 */
export function transportMistake(named: Named, first: RequestedTransport, sip: boolean): string | undefined {
  const { type } = transportNamed(named) ?? first;
  if (type === 'SIP' && named.type === 'PHONE_NUMBER') return 'country: is missing';
  return type === 'SIP' && !sip ? NO_SIP : undefined;
}

/** What a request for `SIP` is told without the worker's setting. */
export const NO_SIP = 'type: SIP needs CALL_TRANSFER_SIP_URI, the setting of the worker';

/** What many may read of a transport, such as in Temporal's lists. */
export const describeTransport = (transport: RequestedTransport): string =>
  transport.type === 'SIP' ? 'SIP' : transport.country;
