import type { CallTransferClient } from '../../lib/index';

import type { Stage } from './calls';

/** Without a phone system there is nobody to dial: one number is requested and given back at once. */
export async function requestRealNumber(
  client: CallTransferClient,
  run: string,
  tell: Stage['tell'],
): Promise<boolean> {
  const conversationId = `real-${run}`;
  const transferId = `${conversationId}-a`;
  const step = await client.requestTransfer({ conversationId, transferId, country: 'US' });
  if (step.action === 'DIAL') {
    tell(conversationId, 'ASAPP gave a number');
    const report = { transferId, by: 'CUSTOMER', cause: 'CANCELLED' } as const;
    await client.reportDisconnect(conversationId, report);
    tell('', 'no phone system is here', 'the other calls need the stand-in');
    return true;
  }
  const { outcome, reason } = step.decision;
  tell(conversationId, `is decided: ${outcome}`);
  console.log(`ASAPP gave no number: ${reason ?? ''}. What that means, and who must act: docs/reasons.md`);
  return false;
}
