import { z } from 'zod';

import { jsonBytes, largest } from './sizes';

/** Any JSON value: variables are declared as strings, and published events also carry other types. */
export const jsonSchema = z.json();
export type Json = z.infer<typeof jsonSchema>;

/** A route: any JSON value that is not too large. */
export const routeSchema = jsonSchema.refine(
  (route) => jsonBytes(route) <= largest.route,
  `must have at most ${largest.route} bytes as JSON`,
);

/** Variables that GenerativeAgent hands back, by name. */
export const variablesSchema = z.record(z.string(), jsonSchema);
export type Variables = z.infer<typeof variablesSchema>;
