/**
 * The floor: the smallest workflow that does a call transfer's round trips. No checks, no timers, no retries,
 * no policy; only the messages of call control and ASAPP's two requests for each leg.
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
  floorPost(input: FloorInput): Promise<{ phoneNumber?: unknown }>;
  floorGet(transferId: string): Promise<{ outputContext?: unknown }>;
}

export interface FloorInput {
  conversationId: string;
  transferId: string;
  country: string;
}

interface Leg {
  input: FloorInput;
  number?: unknown;
  isOver?: true;
  result?: unknown;
}

const limits = { startToCloseTimeout: '5 seconds' } as const;
const local = proxyLocalActivities<Activities>(limits);
const regular = proxyActivities<Activities>(limits);

const requestTransfer = defineUpdate<unknown, [FloorInput]>('requestTransfer');
const reportDisconnect = defineUpdate<unknown, [{ transferId: string }]>('reportDisconnect');
const connected = defineSignal('connected');

/** With local activities. */
export const floorLocal = (input: FloorInput): Promise<unknown> => roundTrips(local, input);

/** With regular activities. */
export const floorRegular = (input: FloorInput): Promise<unknown> => roundTrips(regular, input);

async function roundTrips(asapp: Activities, input: FloorInput): Promise<unknown> {
  const legs: Leg[] = [{ input }];
  setHandler(connected, () => undefined);
  setHandler(requestTransfer, async (request) => {
    const known = legs.find((leg) => leg.input.transferId === request.transferId);
    const leg: Leg = known ?? { input: { ...input, ...request } };
    if (known === undefined) legs.push(leg);
    await condition(() => leg.number !== undefined);
    return leg.number;
  });
  setHandler(reportDisconnect, async ({ transferId }) => {
    const leg = legs.find((one) => one.input.transferId === transferId) as Leg;
    leg.isOver = true;
    await condition(() => leg.result !== undefined);
    return leg.result;
  });
  for (let index = 0; ; index++) {
    await condition(() => legs.length > index);
    const leg = legs[index] as Leg;
    const posted = await asapp.floorPost(leg.input);
    leg.number = posted;
    if (posted.phoneNumber === undefined) return posted;
    await condition(() => leg.isOver === true);
    const fetched = await asapp.floorGet(leg.input.transferId);
    leg.result = fetched;
    // A customer who hung up may call again.
    if (fetched.outputContext !== undefined) return fetched;
  }
}
