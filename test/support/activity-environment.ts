/** Activities run by hand, and what they log. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, type LogEntry } from '@temporalio/worker';

type ActivityInfo = NonNullable<ConstructorParameters<typeof MockActivityEnvironment>[0]>;
type Options = NonNullable<ConstructorParameters<typeof MockActivityEnvironment>[1]>;

export interface ActivityUnderTest {
  run: <T>(activity: () => Promise<T>) => Promise<T>;
  /** What was logged so far. */
  logged: LogEntry[];
  /** How often it has told the server that it is alive. */
  heartbeats: () => number;
  /** Cancels it; the reason is the server's, or the worker's. */
  cancel: MockActivityEnvironment['cancel'];
}

/** Where activities run: in the workflow task, or as the attempt of a regular activity. */
export function activityEnvironment(info: ActivityInfo, options: Options = {}): ActivityUnderTest {
  const logged: LogEntry[] = [];
  const logger = new DefaultLogger('INFO', (entry) => logged.push(entry));
  const environment = new MockActivityEnvironment(info, { ...options, logger });
  let heartbeats = 0;
  environment.on('heartbeat', () => heartbeats++);
  return {
    run: <T>(activity: () => Promise<T>) => environment.run<[], T, () => Promise<T>>(activity),
    logged,
    heartbeats: () => heartbeats,
    cancel: environment.cancel,
  };
}

/** 2001-09-09: a server's clock that is far from this machine's. */
export const SERVER_NOW = 1_000_000_000_000;

/** An attempt as the server scheduled it, by its own clock. */
export const attemptInfo = (more: ActivityInfo = {}): ActivityInfo => ({
  isLocal: false,
  attempt: 1,
  scheduledTimestampMs: SERVER_NOW,
  currentAttemptScheduledTimestampMs: SERVER_NOW,
  scheduleToCloseTimeoutMs: 4000,
  startToCloseTimeoutMs: 4000,
  heartbeatTimeoutMs: 1000,
  ...more,
});
