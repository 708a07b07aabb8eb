import { metricMeter } from '@temporalio/activity';

import { AsappError, asappFailures, isOutage } from '../asapp/error';
import type { CallTransfers } from '../asapp/port';

/** An open circuit rejects as the last outage did, unsent. */
const resultOf = (error: unknown): string => {
  if (!(error instanceof AsappError)) return 'abandoned';
  return isOutage(error) && !error.wasSent ? 'circuit_open' : asappFailures[error.kind].result;
};

/** The same, with each request counted by its result, and recorded how long it took, in seconds. */
export const measuredCallTransfers = (asapp: CallTransfers): CallTransfers => ({
  create: (transfer, limits) => measured('create', () => asapp.create(transfer, limits)),
  get: (transferId, limits) => measured('get', () => asapp.get(transferId, limits)),
});

async function measured<T>(operation: 'create' | 'get', request: () => Promise<T>): Promise<T> {
  const requests = metricMeter.createCounter('call_transfer_asapp_requests', '1', 'Requests to ASAPP');
  const seconds = metricMeter.createHistogram(
    'call_transfer_asapp_request_seconds',
    'float',
    's',
    'From a request to ASAPP to its answer',
  );
  const begun = performance.now();
  let result = 'ok';
  try {
    return await request();
  } catch (error) {
    result = resultOf(error);
    throw error;
  } finally {
    requests.add(1, { operation, result });
    seconds.record((performance.now() - begun) / 1000, { operation, result });
  }
}
