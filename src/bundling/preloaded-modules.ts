/**
 * What all workflows of a worker share: zod and the contract's schemas. To make them anew for each workflow costs a call
 * some 3 ms of its worker's time (`decisions/0020`). They keep nothing of a call.
 */
import * as zod from 'zod';

import * as fields from '../contract/fields';
import * as handOver from '../contract/hand-over';
import * as json from '../contract/json';
import * as route from '../contract/route';
import * as settings from '../contract/settings';
import * as telephonyEvents from '../contract/telephony-events';
import * as transferRequest from '../contract/transfer-request';
import * as transport from '../contract/transport';

// The SDK freezes what is preloaded, whole. zod finds out at its first use whether it may compile checks: so it is used once.
zod.z.object({ used: zod.z.string() }).safeParse({});

// What is frozen already is left as it is inside: zod completes a schema at its first use, and sets a pattern's lastIndex.
for (const module of [fields, handOver, json, route, settings, telephonyEvents, transferRequest, transport]) {
  Object.freeze(module);
}

export { zod };
