import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { historyFromJSON } from '@temporalio/common/lib/proto-utils';

import { HistoryBooks } from '../../soak/history-books';

interface Recorded {
  workflowId: string;
  history: { events: RecordedEvent[] };
}
type RecordedEvent = Record<string, unknown> & { eventId: string; eventTime: string; eventType: string };

const folder = join(__dirname, '..', 'replay', 'histories', 'release-1');
const read = (behaviour: string) =>
  JSON.parse(readFileSync(join(folder, `${behaviour}.json`), 'utf8')) as Recorded[];
const behaviours = readdirSync(folder).map((file) => file.replace('.json', ''));

function balanced(recorded: readonly Recorded[]): {
  wrong: readonly string[];
  failedTasks: object;
  unheardDecisions: number;
} {
  const books = new HistoryBooks();
  for (const { workflowId, history } of recorded)
    books.enter(workflowId, 'run', historyFromJSON(history).events ?? []);
  const wrong = books.close();
  return { wrong, failedTasks: books.failedTasks, unheardDecisions: books.unheardDecisions };
}

const seconds = (time: string, later: number) => new Date(Date.parse(time) + later * 1000).toISOString();
const encoded = (value: unknown) => ({
  payloads: [
    {
      metadata: { encoding: Buffer.from('json/plain').toString('base64') },
      data: Buffer.from(JSON.stringify(value)).toString('base64'),
    },
  ],
});

/** The happy leg, with something changed in it. */
function happyLeg(change: (events: RecordedEvent[]) => RecordedEvent[]): Recorded[] {
  return read('happy-leg').map((run) => ({ ...run, history: { events: change(run.history.events) } }));
}

/** The same leg of another conversation, as long after it. */
function anotherLeg(later: number): Recorded[] {
  const text = JSON.stringify(read('happy-leg'), (key, value: unknown) =>
    key === 'data' && typeof value === 'string'
      ? Buffer.from(Buffer.from(value, 'base64').toString().replaceAll('happy-leg', 'other-leg')).toString(
          'base64',
        )
      : value,
  );
  return (JSON.parse(text) as Recorded[]).map((run) => ({
    ...run,
    history: {
      events: run.history.events.map((event) => ({
        ...event,
        eventTime: seconds(event.eventTime, later),
      })),
    },
  }));
}

const isAnswer = ({ eventType }: RecordedEvent) =>
  eventType === 'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED';

test.each(behaviours)('the books of a history that is kept balance: %s', (behaviour) => {
  expect(balanced(read(behaviour)).wrong).toEqual([]);
});

test('a leg that is decided twice, and otherwise, is found', () => {
  const decision = { transferId: 'happy-leg-a', outcome: 'SYSTEM', route: { type: 'HANG_UP' } };
  const twice = happyLeg((events) => {
    const last = events.filter(isAnswer).at(-1);
    if (last === undefined) throw new Error('The happy leg has answers');
    const again = {
      ...last,
      workflowExecutionUpdateCompletedEventAttributes: {
        outcome: { success: encoded({ action: 'ROUTE', decision }) },
      },
    };
    return events.flatMap((event) => (event === last ? [event, again] : [event]));
  });
  expect(balanced(twice).wrong).toEqual([
    'happy-leg-a: decided as AGENT {"type":"QUEUE","queue":"agents"} and SYSTEM {"type":"HANG_UP"}',
  ]);
});

test('what a run has decided that took in no request counts alone, if another run has decided about the leg', () => {
  const unheard = happyLeg((events) => {
    const last = events.at(-1);
    if (last === undefined) throw new Error('A history has events');
    const decision = {
      transferId: 'happy-leg-a',
      outcome: 'TRANSFER_UNAVAILABLE',
      route: { type: 'HANG_UP' },
    };
    return [{ ...last, workflowExecutionCompletedEventAttributes: { result: encoded(decision) } }];
  });
  expect(balanced([...unheard, ...read('happy-leg')])).toMatchObject({ wrong: [], unheardDecisions: 1 });
  expect(balanced([...read('happy-leg'), ...unheard])).toMatchObject({ wrong: [], unheardDecisions: 1 });
  // A conversation that is started without a request has its decision so.
  expect(balanced(unheard)).toMatchObject({ wrong: [], unheardDecisions: 0 });
});

test('a decision before the hangup is found', () => {
  const early = happyLeg((events) =>
    events.filter(
      (event) =>
        !JSON.stringify(event).includes('reportDisconnect/') &&
        !('activityTaskCompletedEventAttributes' in event),
    ),
  );
  expect(balanced(early).wrong).toEqual(['happy-leg-a: decided as AGENT before its hangup']);
});

test('a number that is handed out after its dialBy is found', () => {
  const late = happyLeg((events) =>
    events.map((event) => ({ ...event, eventTime: seconds(event.eventTime, 3600) })),
  );
  expect(balanced(late).wrong).toEqual([
    expect.stringMatching(/^happy-leg-a: its number was handed out after 20/),
  ]);
});

test('a number that is handed out to one when another has it is found', () => {
  expect(balanced([...anotherLeg(-7200), ...read('happy-leg')]).wrong).toEqual([]);
  const again = anotherLeg(-7200).map((run) => {
    const { events } = run.history;
    const answer = events.find(isAnswer);
    if (answer === undefined) throw new Error('The happy leg has answers');
    const repeated = { ...answer, eventTime: seconds(answer.eventTime, 7201) };
    return {
      ...run,
      history: { events: events.flatMap((one) => (one === answer ? [one, repeated] : [one])) },
    };
  });
  expect(balanced([...again, ...read('happy-leg')]).wrong).toEqual([
    'other-leg-a: got a number that happy-leg-a had by then',
  ]);
});

test.each([
  ['NON_DETERMINISTIC_ERROR', 'Nondeterminism error: activity 2', true],
  ['WORKFLOW_WORKER_UNHANDLED_FAILURE', 'oops', true],
  ['BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE', 'referenced absent message ID', true],
  ['UNHANDLED_COMMAND', 'UnhandledCommand', false],
  [
    'NON_DETERMINISTIC_ERROR',
    'TimerMachine in state CancelTimerCommandSent does not handle TimerFired',
    false,
  ],
])('a workflow task that failed with %s, %s, is wrong: %s', (cause, message, isWrong) => {
  const failed = happyLeg(([first, ...rest]) => {
    if (first === undefined) throw new Error('A history has events');
    const task = {
      eventId: '2',
      eventTime: first.eventTime,
      eventType: 'EVENT_TYPE_WORKFLOW_TASK_FAILED',
      workflowTaskFailedEventAttributes: {
        cause: `WORKFLOW_TASK_FAILED_CAUSE_${cause}`,
        failure: { message },
      },
    };
    return [first, task, ...rest];
  });
  const { wrong, failedTasks } = balanced(failed);
  expect(wrong).toEqual(
    isWrong ? [`call-transfer/happy-leg, run run: a workflow task failed, ${cause}: ${message}`] : [],
  );
  expect(Object.values(failedTasks)).toEqual([1]);
});

test('a conversation that does not come to its end is found', () => {
  const open = happyLeg((events) => events.slice(0, -1));
  expect(balanced(open).wrong).toEqual([
    expect.stringMatching(/^call-transfer\/happy-leg, run run: ends with EVENT_TYPE_/),
  ]);
});
