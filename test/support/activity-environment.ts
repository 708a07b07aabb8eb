/** Activities run by hand, and what they log. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, type LogEntry } from '@temporalio/worker';

export interface ActivityUnderTest {
  run: <T>(activity: () => Promise<T>) => Promise<T>;
  /** What was logged so far. */
  logged: LogEntry[];
}

/** Where activities run: in the workflow task, or as the attempt of a regular activity. */
export function activityEnvironment(info: { isLocal: boolean; attempt?: number }): ActivityUnderTest {
  const logged: LogEntry[] = [];
  const logger = new DefaultLogger('INFO', (entry) => logged.push(entry));
  const environment = new MockActivityEnvironment(info, { logger });
  return {
    run: <T>(activity: () => Promise<T>) => environment.run<[], T, () => Promise<T>>(activity),
    logged,
  };
}
