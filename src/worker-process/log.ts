import { DefaultLogger, type LogEntry, type Logger, type LogLevel } from '@temporalio/worker';

export const logLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const satisfies LogLevel[];

/**
 * The worker's log, on standard error: `text` for people; `json` for collectors, a line for each entry with `time`, `level`,
 * `message`, and what the entry is about, such as `workflowId`, `transferId`, `outcome`.
 */
export const workerLog = (format: 'text' | 'json', level: (typeof logLevels)[number]): Logger =>
  format === 'text'
    ? new DefaultLogger(level)
    : new DefaultLogger(level, (entry) => {
        process.stderr.write(`${asLine(entry)}\n`);
      });

const asLine = ({ level, timestampNanos, message, meta }: LogEntry): string =>
  JSON.stringify({
    time: new Date(Number(timestampNanos / 1_000_000n)).toISOString(),
    level,
    message,
    ...Object.fromEntries(
      Object.entries(meta ?? {}).map(([name, value]: [string, unknown]) => [name, plain(value)]),
    ),
  });

/** Errors and large integers have no JSON of their own. */
const plain = (value: unknown): unknown => {
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  return typeof value === 'bigint' ? value.toString() : value;
};
