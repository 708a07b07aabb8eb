/** A conversation whose reconnection legs are slow to tell of their number: when they do, it is too late to dial it. */
import { getExternalWorkflowHandle, setHandler, sleep, workflowInfo } from '@temporalio/workflow';

import type { LegEvent } from '../../src/leg/leg-state';
import { legEventSignal, legOrderSignal } from '../../src/workflows/internal-messages';
import type { ReconnectionLegInput } from '../../src/workflows/reconnection-leg';

export { callTransferWorkflow } from '../../src/workflows/call-transfer';

export async function reconnectionLegWorkflow({ request }: ReconnectionLegInput): Promise<void> {
  const { transferId, country } = request;
  const conversation = getExternalWorkflowHandle(workflowInfo().parent?.workflowId ?? '');
  const tell = (event: LegEvent) => conversation.signal(legEventSignal, transferId, event);
  setHandler(legOrderSignal, async ({ type }) => {
    if (type === 'look') await tell({ type: 'checkFailed', now: Date.now() });
  });
  const now = Date.now() - 50_000;
  const number = {
    transferNumber: '+12005550100',
    country,
    expiresAt: now + 60_000,
    dialBy: now + 48_000,
  };
  await tell({ type: 'numberAssigned', number, now });
  await sleep('20 seconds');
}
