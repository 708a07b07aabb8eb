import type { TelemetryOptions } from '@temporalio/worker';

/** Boundaries in seconds, closest around the hard limits of 5 s for a number and 4 s for a decision. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 4.5, 5, 6, 10];

const histograms = [
  'call_transfer_number_seconds',
  'call_transfer_decision_seconds',
  'call_transfer_asapp_request_seconds',
];

/**
 * The worker's metrics and the SDK's own on one address, for Prometheus.
 *
 * @param bindAddress - such as `0.0.0.0:9464`; undefined where nothing is served
 */
export const workerTelemetry = (bindAddress: string | undefined): TelemetryOptions =>
  bindAddress === undefined
    ? {}
    : {
        metrics: {
          prometheus: {
            bindAddress,
            countersTotalSuffix: true,
            useSecondsForDurations: true,
            histogramBucketOverrides: Object.fromEntries(histograms.map((name) => [name, SECONDS])),
          },
        },
      };
