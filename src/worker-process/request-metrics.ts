import { metricMeter } from '@temporalio/activity';

import { AsappError, isCeiling, type AsappErrorKind } from '../asapp/error';
import type { CallTransfers } from '../asapp/port';

/** How a request is named in metrics: by what it does with a transfer. */
type Operation = 'create' | 'get';

const results: Record<AsappErrorKind, string> = {
  unreachable: 'unreachable',
  rateLimited: 'rate_limited',
  serverError: 'server_error',
  credentialsRefused: 'credentials_refused',
  notFound: 'not_found',
  requestRefused: 'request_refused',
  responseInvalid: 'response_invalid',
  callCeilingReached: 'call_ceiling',
  requestCeilingReached: 'request_ceiling',
  ceilingsUnavailable: 'ceilings_unavailable',
};

const resultOf = ({ kind, wasSent }: AsappError): string =>
  wasSent || isCeiling(kind) ? results[kind] : 'circuit_open';

/** The same, with each request counted by its result, and recorded how long it took, in seconds. */
export const measuredCallTransfers = (asapp: CallTransfers): CallTransfers => ({
  create: (transfer, limits) => measured('create', () => asapp.create(transfer, limits)),
  get: (transferId, limits) => measured('get', () => asapp.get(transferId, limits)),
});

async function measured<T>(operation: Operation, request: () => Promise<T>): Promise<T> {
  const requests = metricMeter.createCounter('call_transfer_asapp_requests', '1', 'Requests to ASAPP');
  const seconds = metricMeter.createHistogram(
    'call_transfer_asapp_request_seconds',
    'float',
    's',
    'From a request to ASAPP to its answer',
  );
  const begun = performance.now();
  const record = (result: string) => {
    const tags = { operation, result };
    requests.add(1, tags);
    seconds.record((performance.now() - begun) / 1000, tags);
  };
  try {
    const answer = await request();
    record('ok');
    return answer;
  } catch (error) {
    record(error instanceof AsappError ? resultOf(error) : 'abandoned');
    throw error;
  }
}
