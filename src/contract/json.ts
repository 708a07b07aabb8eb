import { z } from 'zod';

/** Any JSON value: variables are declared as strings, and published events also carry other types. */
export const jsonSchema = z.json();
export type Json = z.infer<typeof jsonSchema>;

/** Variables that GenerativeAgent hands back, by name. */
export const variablesSchema = z.record(z.string(), jsonSchema);
export type Variables = z.infer<typeof variablesSchema>;

/** What GenerativeAgent handed back under a name: among the transfer variables or, if it is not there, the reference variables. */
export function ownVariable(
  name: string,
  { transferVariables, referenceVariables }: { transferVariables: Variables; referenceVariables: Variables },
): Json | undefined {
  const own = (variables: Variables) => (Object.hasOwn(variables, name) ? variables[name] : undefined);
  return own(transferVariables) ?? own(referenceVariables);
}
