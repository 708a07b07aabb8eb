/** A short soak; `npm run soak` is the long one. */
import type { Purpose } from '../../soak/plans';
import { soak } from '../../soak/soak';
import { workerBundle } from '../support/worker-bundle';

const CALLS = 40;
/** Each of these once. */
const purpose: Purpose = {
  about: 'Everything that needs no other program',
  server: 'sqlite',
  callsPerSecond: 4,
  perThousandCalls: {
    workerKilled: 1,
    serverRestarted: 1,
    workerPaused: 1,
    gatewayPaused: 1,
    serverPaused: 1,
    workerStarved: 1,
    asappFaults: 75,
    asappDown: 1,
  },
};
/** Set it to have a run's plan again. */
const SEED = Number(process.env['SOAK_SEED'] ?? Date.now() % 1_000_000);

test(`the ledger balances while processes are killed and paused, the server restarts and ASAPP fails (seed ${SEED})`, async () => {
  const { ledger, troubles, leftOpen } = await soak(
    {
      purpose,
      workflowBundle: await workerBundle(),
      seed: SEED,
      calls: CALLS,
      callsPerSecond: purpose.callsPerSecond,
      workers: 2,
      // What a busy machine keeps, and not so long that whoever waits in an outage holds up the run.
      environment: {
        CALL_TRANSFER_REQUEST_DEADLINE_MS: '15000',
        CALL_TRANSFER_DISCONNECT_DEADLINE_MS: '15000',
      },
      client: { answerTimeoutMs: 17_000 },
    },
    () => undefined,
  );
  expect(ledger.wrong).toEqual([]);
  expect(ledger).toMatchObject({
    calls: CALLS,
    decisions: CALLS,
    numbersHandedOutAfterExpiry: 0,
    callsToStrangers: 0,
  });
  expect(ledger.asPlanned).toBeGreaterThan(ledger.legs / 2);
  expect(troubles).toEqual({
    workerKilled: 1,
    serverRestarted: 1,
    workerPaused: 1,
    gatewayPaused: 1,
    serverPaused: 1,
    workerStarved: 1,
    asappFaults: 3,
    asappDown: 1,
  });
  expect(leftOpen).toBe(0);
}, 240_000);
