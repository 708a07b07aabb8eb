/** A short soak; `npm run soak` is the long one. */
import { soak } from '../../soak/soak';
import { workerBundle } from '../support/worker-bundle';

/** Set it to have a run's plan again. */
const SEED = Number(process.env['SOAK_SEED'] ?? Date.now() % 1_000_000);

test(`the ledger balances while workers are killed, the server restarts and ASAPP fails (seed ${SEED})`, async () => {
  // The soak's workers have this process's environment.
  process.env['CALL_TRANSFER_WORKFLOW_BUNDLE'] = await workerBundle();
  const options = { seed: SEED, calls: 60, workerKills: 2, serverRestarts: 1, callsPerSecond: 6, workers: 2 };
  const { ledger, troubles, leftOpen } = await soak(options, () => undefined);
  expect(ledger.wrong).toEqual([]);
  expect(ledger).toMatchObject({
    calls: 60,
    decisions: 60,
    numbersHandedOutAfterExpiry: 0,
    callsToStrangers: 0,
  });
  expect(ledger.asPlanned).toBeGreaterThan(ledger.legs / 2);
  expect(troubles).toMatchObject({ workerKilled: 2, serverRestarted: 1 });
  expect(leftOpen).toBe(0);
}, 240_000);
