import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';

import { CallTransferPlugin } from '../../src/index';
import { workflowBundle } from '../support/workflow-bundle';

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
});

interface RecordedEvent {
  eventType: string;
  workflowExecutionStartedEventAttributes?: { workflowType: { name: string } };
  timerStartedEventAttributes?: { timerId: string };
}

/** A history as `dev/record-histories.ts` writes it. */
interface Recorded {
  workflowId: string;
  history: { events: RecordedEvent[] };
}

const folder = join(__dirname, 'histories');
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recorded[];
/** One folder for each release whose histories differ. */
const releases = readdirSync(folder).sort();
const behavioursOf = (release: string) =>
  readdirSync(join(folder, release)).map((file) => file.replace('.json', ''));
const files = releases.flatMap((release) =>
  behavioursOf(release).map((behaviour) => `${release}/${behaviour}.json`),
);

async function replay({ workflowId, history }: Recorded): Promise<void> {
  const plugin = new CallTransferPlugin({
    asapp: { apiUrl: 'http://localhost:1', apiId: 'a', apiSecret: 'b' },
  });
  const options = { workflowBundle: await workflowBundle(), plugins: [plugin] };
  await Worker.runReplayHistory(options, history, workflowId);
}

/** What the histories of a file say happened. */
const eventTypes = (file: string) => read(file).map(({ history }) => history.events.map((e) => e.eventType));

const cases = files.flatMap((file) => read(file).map((recorded, index) => ({ file, index, recorded })));

test.each(cases)('$file, history $index, is replayed by the code as it is', async ({ recorded }) => {
  await expect(replay(recorded)).resolves.toBeUndefined();
});

const behaviours = [
  'asapp-outage-with-retries',
  'cancelled-call',
  'child-leg-terminated',
  'continued-as-new',
  'customer-left-while-requesting',
  'expired-number',
  'fresh-number-after-a-failed-dial',
  'happy-leg',
  'not-admitted',
  'over-sip',
  'reconnection',
  'slow-asapp',
  'told-of-its-end',
];

test('every behaviour that is worth a history has one of the first release', () => {
  expect(behavioursOf('release-1').sort()).toEqual(behaviours);
});

test('the histories are of what their names say', () => {
  expect(eventTypes('release-1/reconnection.json').flat()).toContain(
    'EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED',
  );
  expect(eventTypes('release-1/reconnection.json')).toHaveLength(2);
  expect(eventTypes('release-1/continued-as-new.json')[0]).toContain(
    'EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW',
  );
  expect(eventTypes('release-1/told-of-its-end.json')).toHaveLength(2);
  expect(eventTypes('release-1/not-admitted.json')[0]).toContain('EVENT_TYPE_ACTIVITY_TASK_FAILED');
  expect(eventTypes('release-1/expired-number.json')[0]).toContain('EVENT_TYPE_TIMER_FIRED');
  expect(eventTypes('release-1/child-leg-terminated.json')[0]).toContain(
    'EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED',
  );
  expect(eventTypes('release-1/customer-left-while-requesting.json')[0]).toContain(
    'EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED',
  );
  expect(eventTypes('release-1/slow-asapp.json')[0]).toContain('EVENT_TYPE_ACTIVITY_TASK_COMPLETED');
  expect(eventTypes('release-1/cancelled-call.json')[0]).toContain(
    'EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED',
  );
});

describe('a change that a call in flight would not survive is found', () => {
  const first = (file: string): Recorded => {
    const [recorded] = read(file);
    if (recorded === undefined) throw new Error(`${file} is empty`);
    return recorded;
  };

  test('another workflow under the same name', async () => {
    const recorded = first('release-1/happy-leg.json');
    const started = recorded.history.events[0]?.workflowExecutionStartedEventAttributes;
    expect(started?.workflowType.name).toBe('callTransferWorkflow');
    if (started !== undefined) started.workflowType.name = 'reconnectionLegWorkflow';

    await expect(replay(recorded)).rejects.toThrow();
  });

  test.each([
    ['a timer', 'release-1/expired-number.json', 'EVENT_TYPE_TIMER_STARTED', 'EVENT_TYPE_TIMER_FIRED'],
    [
      'an activity',
      'release-1/slow-asapp.json',
      'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
      'EVENT_TYPE_ACTIVITY_TASK_COMPLETED',
    ],
    [
      'a child workflow',
      'release-1/reconnection.json',
      'EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED',
      'EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED',
    ],
  ])('%s that the history does not know', async (_, file, begins, ends) => {
    const recorded = first(file);
    const types = recorded.history.events.map(({ eventType }) => eventType);
    expect(types).toContain(begins);
    expect(types).toContain(ends);
    // As if recorded by code that came to its end without.
    const without = recorded.history.events.slice(0, types.indexOf(begins));
    const completed = recorded.history.events.slice(-1);
    recorded.history.events = [...without, ...completed].map((event, index) => ({
      ...event,
      eventId: String(index + 1),
    }));

    await expect(replay(recorded)).rejects.toThrow(DeterminismViolationError);
  });
});
