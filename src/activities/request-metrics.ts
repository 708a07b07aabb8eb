import { metricMeter } from '@temporalio/activity';

import { AsappError, isCeiling, type AsappErrorKind } from '../asapp/error';

/** How a request is named in metrics: by what it does with a transfer. */
export type Operation = 'create' | 'get';

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

/**
 * Counts a request to ASAPP by its result, and records how long it took, in seconds. An answer that is of no use to the
 * call, such as a result that is pending, is an answer.
 */
export async function measured<T>(operation: Operation, request: () => Promise<T>): Promise<T> {
  // Taken now: the request may outlast its activity.
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
    record(error instanceof AsappError ? resultOf(error) : 'ok');
    throw error;
  }
}
