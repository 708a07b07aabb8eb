import type { MetricMeter } from '@temporalio/common';

import { AsappError, type AsappErrorKind } from '../../src/asapp/error';
import type { CallTransfers } from '../../src/asapp/port';
import { measuredCallTransfers } from '../../src/worker-process/request-metrics';
import { usTransfer } from '../asapp/with-asapp';
import { activityEnvironment, attemptInfo } from '../support/activity-environment';
import { created, FakeCallTransfers, resource } from '../support/fake-call-transfers';

/** Runs a body with measured requests, and answers what was measured: metric, value, tags. */
async function measured(asapp: FakeCallTransfers, body: (asapp: CallTransfers) => Promise<unknown>) {
  const values: [string, number, unknown][] = [];
  const meter = {
    createCounter: (name: string) => ({
      add: (value: number, tags: unknown) => values.push([name, value, tags]),
    }),
    createHistogram: (name: string) => ({
      record: (value: number, tags: unknown) => values.push([name, value, tags]),
    }),
  } as unknown as MetricMeter;
  const { run } = activityEnvironment(attemptInfo(), { metricMeter: meter });
  const outcome = await run(() => body(measuredCallTransfers(asapp)).catch((error: unknown) => error));
  return { values, outcome };
}

const ofBoth = (operation: string, result: string) => [
  ['call_transfer_asapp_requests', 1, expect.objectContaining({ operation, result })],
  ['call_transfer_asapp_request_seconds', expect.any(Number), expect.objectContaining({ operation, result })],
];

test('a request that is answered is counted, and how long it took', async () => {
  const asapp = new FakeCallTransfers().willCreate(created()).willRead(resource());

  expect((await measured(asapp, (each) => each.create(usTransfer))).values).toEqual(ofBoth('create', 'ok'));
  expect((await measured(asapp, (each) => each.get('conv-1-a'))).values).toEqual(ofBoth('get', 'ok'));
});

test.each<[AsappErrorKind, boolean, string]>([
  ['unreachable', true, 'unreachable'],
  ['rateLimited', true, 'rate_limited'],
  ['serverError', true, 'server_error'],
  ['credentialsRefused', true, 'credentials_refused'],
  ['notFound', true, 'not_found'],
  ['requestRefused', true, 'request_refused'],
  ['responseInvalid', true, 'response_invalid'],
  ['unreachable', false, 'circuit_open'],
  ['callCeilingReached', false, 'call_ceiling'],
  ['requestCeilingReached', false, 'request_ceiling'],
  ['ceilingsUnavailable', false, 'ceilings_unavailable'],
])('one that fails as %s (sent: %s) is counted as %s, and fails as it did', async (kind, wasSent, result) => {
  const error = new AsappError(kind, 'ASAPP', undefined, undefined, wasSent);
  const { values, outcome } = await measured(new FakeCallTransfers().willRead(error), (asapp) =>
    asapp.get('conv-1-a'),
  );

  expect(values).toEqual(ofBoth('get', result));
  expect(outcome).toBe(error);
});

test('one that nobody waits for any more is counted as abandoned', async () => {
  const signal = AbortSignal.abort(new Error('the time is over'));
  const { values } = await measured(new FakeCallTransfers().willRead(resource()), (asapp) =>
    asapp.get('conv-1-a', { signal }),
  );

  expect(values).toEqual(ofBoth('get', 'abandoned'));
});
