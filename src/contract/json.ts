import { z } from 'zod';

/** Any JSON value: variables are declared as strings, and published events also carry other types. */
export const jsonSchema = z.json();
export type Json = z.infer<typeof jsonSchema>;

/** Variables that GenerativeAgent hands back, by name. */
export const variablesSchema = z.record(z.string(), jsonSchema);
export type Variables = z.infer<typeof variablesSchema>;
