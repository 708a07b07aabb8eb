import { handOverNamesSchema } from './hand-over';
import { fieldOf, jsonSchema } from './json';
import { jsonBytes, largest } from './sizes';

/** A route: any JSON value that is not too large. What an object has as its `handOver` goes along with the customer. */
export const routeSchema = jsonSchema
  .refine((route) => jsonBytes(route) <= largest.route, `must have at most ${largest.route} bytes as JSON`)
  .superRefine((route, context) => {
    const handOver = fieldOf(route, 'handOver');
    if (handOver === undefined) return;
    for (const { path, message } of handOverNamesSchema.safeParse(handOver).error?.issues ?? [])
      context.addIssue({ code: 'custom', path: ['handOver', ...path], message });
  });
