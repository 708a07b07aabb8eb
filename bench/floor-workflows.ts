/**
 * The floor: the smallest workflow that does a call transfer's round trips. No checks, no timers, no retries,
 * no policy; only the messages of call control and ASAPP's two requests.
 */
import {
  condition,
  defineSignal,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';

interface Activities {
  floorPost(input: FloorInput): Promise<unknown>;
  floorGet(transferId: string): Promise<unknown>;
}

export interface FloorInput {
  conversationId: string;
  transferId: string;
  country: string;
}

const limits = { startToCloseTimeout: '5 seconds' } as const;
const local = proxyLocalActivities<Activities>(limits);
const regular = proxyActivities<Activities>(limits);

const requestTransfer = defineUpdate<unknown>('requestTransfer');
const reportDisconnect = defineUpdate<unknown>('reportDisconnect');
const connected = defineSignal('connected');

/** With local activities. */
export const floorLocal = (input: FloorInput): Promise<unknown> => roundTrips(local, input);

/** With regular activities. */
export const floorRegular = (input: FloorInput): Promise<unknown> => roundTrips(regular, input);

async function roundTrips(asapp: Activities, input: FloorInput): Promise<unknown> {
  const known: { number?: unknown; result?: unknown; isOver?: true } = {};
  setHandler(connected, () => undefined);
  setHandler(requestTransfer, async () => {
    await condition(() => known.number !== undefined);
    return known.number;
  });
  setHandler(reportDisconnect, async () => {
    known.isOver = true;
    await condition(() => known.result !== undefined);
    return known.result;
  });
  known.number = await asapp.floorPost(input);
  await condition(() => known.isOver === true);
  known.result = await asapp.floorGet(input.transferId);
  return known.result;
}
