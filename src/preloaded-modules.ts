/**
 * What all workflows of a worker share: loading zod anew for each of them costs a call some milliseconds.
 *
 * The SDK freezes what is preloaded. zod keeps what it finds out lazily, such as whether it may compile
 * checks; so it finds out here, with a schema of each kind that the contract uses, once right and once wrong.
 */
import * as zod from 'zod';

const { z } = zod;

const warmUp = z.object({
  text: z
    .string()
    .min(1)
    .regex(/^\S*$/u)
    .nullish()
    .transform((value) => value ?? undefined),
  texts: z.record(z.string(), z.string()).nullish(),
  word: z.enum(['word']).nullish(),
  instant: z.iso.datetime({ offset: true }).nullish(),
});
for (const payload of [
  { text: 'text', texts: { a: 'b' }, word: 'word', instant: '2025-06-19T13:38:40Z' },
  { text: ' ', texts: { a: 1 }, word: 'other', instant: 'never' },
  undefined,
]) {
  warmUp.safeParse(payload);
}

export { zod };
