/**
 * What goes along with a customer to the person who takes the call: the variables that the route names, and nothing else.
 *
 * A route names them as its `handOver`, such as `{"type":"DIAL","to":"sip:desk@example.com","handOver":["accountNumber"]}`.
 */
import { z } from 'zod';

import { fieldOf, ownVariable, type Json, type Variables } from './json';

/** Variables by name, of which each is text: others are as JSON. */
export type NamedVariables = Readonly<Record<string, string>>;

const LONGEST_NAME = 64;
const MOST_NAMES = 20;

/** In characters, names, values as in a query, and what separates them: what Twilio takes behind a SIP address. */
const HEADERS_LIMIT = 1024;

/** Names of variables, in the order in which they go along until there is no more room. */
export const handOverNamesSchema = z
  .array(z.string().min(1).max(LONGEST_NAME), {
    error: `must be a list of at most ${MOST_NAMES} names of variables`,
  })
  .max(MOST_NAMES, `must be a list of at most ${MOST_NAMES} names of variables`);

/** What a dialled route over SIP takes along. */
export const handOverSchema = z.object({
  /**
   * Headers of the INVITE: `X-{name}` for each variable, and all of them in `User-to-User` (RFC 7433), as hex of JSON in
   * UTF-8. What is not visible ASCII in a value is percent-encoded.
   */
  headers: z.record(z.string(), z.string()),
  /** Variables that were named and are not in the headers: no room was left, or a header cannot have this name. */
  omitted: z.array(z.string()),
});
export type HandOver = z.infer<typeof handOverSchema>;

/** A decision's part that says what goes along. */
interface Routed {
  route: Json;
  referenceVariables: Variables;
  transferVariables: Variables;
}

/** The variables that a decision's route names, in their order: those among the transfer variables, or else the reference variables. */
export function variablesToHandOver(decision: Routed): NamedVariables {
  const found = namesIn(decision.route).map((name) => [name, ownVariable(name, decision)] as const);
  return Object.fromEntries(found.flatMap(([name, value]) => (value == null ? [] : [[name, asText(value)]])));
}

/** What a decision's route takes along over SIP; `undefined` if it names nothing. */
export function handOverOf(decision: Routed): HandOver | undefined {
  if (namesIn(decision.route).length === 0) return undefined;
  const fits = (kept: NamedVariables) =>
    haveHeaderNames(kept) && areShort(kept) && sizeOf(headersOf(kept)) <= HEADERS_LIMIT;
  const { kept, omitted } = fitting(variablesToHandOver(decision), fits);
  return { headers: headersOf(kept), omitted };
}

/** Those that fit together, in their order: one that does not fit is left out whole. */
export function fitting(
  variables: NamedVariables,
  fits: (kept: NamedVariables, omitted: readonly string[]) => boolean,
): { kept: NamedVariables; omitted: string[] } {
  let kept: NamedVariables = {};
  const without = (some: NamedVariables) =>
    Object.keys(variables).filter((name) => !Object.hasOwn(some, name));
  for (const [name, value] of Object.entries(variables)) {
    const more = { ...kept, [name]: value };
    if (fits(more, without(more))) kept = more;
  }
  return { kept, omitted: without(kept) };
}

/** A decision is read at each step of a call, and most routes name nothing: that is not parsed. */
function namesIn(route: Json): string[] {
  const names = fieldOf(route, 'handOver');
  return names === undefined ? [] : [...new Set(handOverNamesSchema.safeParse(names).data)];
}

/** Well-formed: no half of a surrogate pair. */
const asText = (value: Json): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).replace(/\p{Cs}/gu, '\ufffd');

/** Names that a header can have, and of which no two are the same to SIP, which knows no case. */
function haveHeaderNames(variables: NamedVariables): boolean {
  const names = Object.keys(variables);
  const distinct = new Set(names.map((name) => name.toLowerCase()));
  return distinct.size === names.length && names.every((name) => /^[\w.-]+$/.test(name));
}

/** A variable may have half a megabyte: it is not made into a header to find that out. */
const areShort = (variables: NamedVariables): boolean =>
  Object.values(variables).every(({ length }) => length <= HEADERS_LIMIT);

function headersOf(variables: NamedVariables): Record<string, string> {
  const each = Object.entries(variables).map(([name, value]) => [`X-${name}`, inHeader(value)] as const);
  if (each.length === 0) return {};
  const octets = Array.from(new TextEncoder().encode(JSON.stringify(variables)));
  const hex = octets.map((octet) => octet.toString(16).padStart(2, '0')).join('');
  return { ...Object.fromEntries(each), 'User-to-User': `${hex};encoding=hex` };
}

/** Visible ASCII and spaces between them as they are; what is left, and `%`, percent-encoded. */
const inHeader = (value: string): string => value.replace(/[^ !-$&-~]|^ | $/gu, encodeURIComponent);

const sizeOf = (headers: Record<string, string>): number => inQuery(headers).length;

/** Headers as they stand behind a SIP address (RFC 3261, 19.1.1). */
export const inQuery = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
