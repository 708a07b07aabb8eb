import { z } from 'zod';

/** Any JSON value: variables are declared as strings, and published events also carry other types. */
export const jsonSchema = z.json();
export type Json = z.infer<typeof jsonSchema>;

/** JSON as a program writes it: a field that is undefined is not there. */
export type JsonInput =
  | string
  | number
  | boolean
  | null
  | readonly JsonInput[]
  | { readonly [name: string]: JsonInput | undefined };

/** A value without the fields that are undefined; what is no JSON stays what it is. */
export function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutUndefined(field)]));
}

/** Variables that GenerativeAgent hands back, by name. */
export const variablesSchema = z.record(z.string(), jsonSchema);
export type Variables = z.infer<typeof variablesSchema>;

/** A field of a JSON value, if that is an object that has it. */
export const fieldOf = (value: Json, name: string): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
    ? value[name]
    : undefined;

/** What GenerativeAgent handed back under a name: among the transfer variables or, if it is not there, the reference variables. */
export const ownVariable = (
  name: string,
  { transferVariables, referenceVariables }: { transferVariables: Variables; referenceVariables: Variables },
): Json | undefined => fieldOf(transferVariables, name) ?? fieldOf(referenceVariables, name);
