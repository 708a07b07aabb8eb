/**
 * What all workflows of a worker share: loading zod anew for each of them costs a call some milliseconds. It keeps nothing
 * of a call.
 *
 * The SDK freezes what is preloaded, and zod finds out at its first use whether it may compile checks: so it is used once.
 */
import * as zod from 'zod';

zod.z.object({ used: zod.z.string() }).safeParse({});

export { zod };
