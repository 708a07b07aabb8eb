import { DefaultLogger, type LogEntry, type LogLevel, type RuntimeOptions } from '@temporalio/worker';

export const logLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const satisfies LogLevel[];

interface WorkerRuntimeOptions {
  /**
   * On standard error: `text` for people; `json` for collectors, a line for each entry with `time`, `level`, `message`, and
   * what the entry is about, such as `workflowId`, `transferId`, `outcome`.
   */
  log: { format: 'text' | 'json'; level: (typeof logLevels)[number] };
  /** Where Prometheus reads the metrics, such as `0.0.0.0:9464`; undefined if nothing is served. */
  metricsAddress: string | undefined;
}

/** Boundaries in seconds, closest around the hard limits of 5 s for a number and 4 s for a decision. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 4.5, 5, 6, 10];

/** How long customers talk: up to the maximum call duration. */
const TALK_SECONDS = [5, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600];

const boundaries = {
  call_transfer_number_seconds: SECONDS,
  call_transfer_decision_seconds: SECONDS,
  call_transfer_asapp_request_seconds: SECONDS,
  call_transfer_talk_seconds: TALK_SECONDS,
};

/** The worker's log; its metrics and the SDK's own on one address. */
export const workerRuntime = ({ log, metricsAddress }: WorkerRuntimeOptions): RuntimeOptions => ({
  shutdownSignals: ['SIGTERM', 'SIGINT'],
  logger: new DefaultLogger(log.level, log.format === 'text' ? undefined : writeLine),
  telemetryOptions:
    metricsAddress === undefined
      ? {}
      : {
          metrics: {
            prometheus: {
              bindAddress: metricsAddress,
              countersTotalSuffix: true,
              useSecondsForDurations: true,
              histogramBucketOverrides: boundaries,
            },
          },
        },
});

function writeLine({ level, timestampNanos, message, meta }: LogEntry): void {
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  process.stderr.write(`${JSON.stringify({ time, level, message, ...meta }, plain)}\n`);
}

/** Errors and large integers have no JSON of their own. */
const plain = (_name: string, value: unknown): unknown => {
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  return typeof value === 'bigint' ? value.toString() : value;
};
