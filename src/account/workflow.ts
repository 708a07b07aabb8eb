import {
  condition,
  continueAsNew,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';

import { answerAsk, isEmpty, ledgerOf, openSince, type Ledger } from './ledger';
import { accountQuery, askAccountUpdate, type AccountActivities } from './messages';

/** How often calls are looked for that ended while nobody said so. */
const SWEEP_MS = 5 * 60 * 1000;
/** A call younger than this is not looked for. */
const SETTLED_MS = 5 * 60 * 1000;
/** The server refuses more than 2,000 updates in a run. */
const ASKS_PER_RUN = { enough: 1000, most: 1900 };

const { callTransferFindEndedCalls } = proxyActivities<AccountActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '2 minutes',
  summary: 'Look for calls that ended unheard',
});

/**
 * The ledger of an account at ASAPP: all workers that share it ask here, so that its ceilings hold over all of them.
 *
 * It ends by itself when no call is open and nothing was asked for on this day.
 */
export async function asappAccountWorkflow(carried?: Ledger): Promise<void> {
  const ledger = ledgerOf(carried);
  let asks = 0;
  let answeredInTask = -1;
  setHandler(askAccountUpdate, (ask) => {
    asks++;
    answeredInTask = workflowInfo().historyLength;
    return answerAsk(ledger, ask, Date.now());
  });
  setHandler(accountQuery, () => ({
    openCalls: Object.keys(ledger.calls).length,
    requestsToday: ledger.requestsToday,
  }));

  const isLong = () => asks >= ASKS_PER_RUN.enough || workflowInfo().continueAsNewSuggested;
  for (;;) {
    if (await condition(isLong, SWEEP_MS, { summary: 'Until calls are looked for that ended unheard' })) {
      // A task that both answered and closed the run would fail as a whole, if another ask came while it ran.
      while (answeredInTask === workflowInfo().historyLength && asks < ASKS_PER_RUN.most) await sleep(1);
      await continueAsNew<typeof asappAccountWorkflow>(ledger);
    }
    await sweep(ledger);
    if (isEmpty(ledger, Date.now())) return;
  }
}

async function sweep(ledger: Ledger): Promise<void> {
  const calls = openSince(ledger, Date.now() - SETTLED_MS);
  if (calls.length === 0) return;
  try {
    const ended = await callTransferFindEndedCalls(calls);
    for (const transferId of ended) Reflect.deleteProperty(ledger.calls, transferId);
  } catch {
    // Next time.
  }
}
