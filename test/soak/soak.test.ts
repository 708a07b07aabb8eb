/** A short soak; `npm run soak` is the long one. */
import { soak } from '../../soak/soak';
import { workerBundle } from '../support/worker-bundle';

const CALLS = 40;
/** Set it to have a run's plan again. */
const SEED = Number(process.env['SOAK_SEED'] ?? Date.now() % 1_000_000);

test(`the ledger balances while workers are killed, the server restarts and ASAPP fails (seed ${SEED})`, async () => {
  const { ledger, troubles, leftOpen } = await soak(
    {
      seed: SEED,
      calls: CALLS,
      workerKills: 2,
      serverRestarts: 1,
      callsPerSecond: 4,
      workers: 2,
      // What a busy machine keeps, and not so long that whoever waits in an outage holds up the run.
      environment: {
        CALL_TRANSFER_WORKFLOW_BUNDLE: await workerBundle(),
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
  expect(troubles).toMatchObject({ workerKilled: 2, serverRestarted: 1 });
  expect(leftOpen).toBe(0);
}, 240_000);
