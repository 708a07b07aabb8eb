import { Check, exitStatus, printed, summary } from '../../src/doctor/finding';
import { judgeLatency, type Measured } from '../../src/doctor/latency-check';
import { forget } from '../../src/doctor/temporal-checks';

const well: Measured = { dispatchMs: 4, timerLatenessMs: 3, skewMs: -20 };
const judged = (more: Partial<Measured>, address = 'localhost:7233') =>
  judgeLatency({ ...well, ...more }, address).flatMap(({ findings }) => findings);
const wrong = (more: Partial<Measured>, address?: string) =>
  judged(more, address).flatMap(({ check, status, advice }) =>
    status === 'OK' ? [] : [{ check, status, advice }],
  );

test('a server that is tuned, with a clock that agrees, is well', () => {
  expect(judged({}).map(({ check, status, says }) => [check, status, says])).toEqual([
    ['dispatch', 'OK', 'a workflow has a worker after 4 ms (40 one after another, the median)'],
    ['timers', 'OK', 'timers of 20, 50, 100 ms fire up to 3 ms late'],
    ['clock', 'OK', 'the server’s clock is 0.0 s behind this machine’s'],
  ]);
});

test.each<[keyof Measured, number, string, string]>([
  ['dispatchMs', 15, 'dispatch', 'history.transferProcessorMaxPollRPS'],
  ['timerLatenessMs', 300, 'timers', 'history.timerProcessorMaxTimeShift'],
  ['skewMs', 2000, 'clock', 'NTP'],
  ['skewMs', -2000, 'clock', 'NTP'],
])('%s of %d is a warning about the %s, which names %s', (figure, value, check, named) => {
  expect(wrong({ [figure]: value })).toEqual([
    { check, status: 'WARNING', advice: expect.stringContaining(named) as string },
  ]);
  expect(wrong({ [figure]: value - Math.sign(value) })).toEqual([]);
});

test('on Temporal Cloud nothing is advised that nobody can set', () => {
  const [finding] = wrong({ dispatchMs: 90 }, 'calls.a1b2c.tmprl.cloud:7233');
  expect(finding?.advice).toContain('Temporal Cloud decides it');
});

test('the exit status tells problems from warnings, and both from nothing', () => {
  const { findings } = new Check('a').ok('is well').skipped('was not looked at');
  const { findings: warned } = new Check('b').warning('is slow', 'tune it');
  const { findings: broken } = new Check('c').problem('is broken', 'mend it');
  expect([findings, [...findings, ...warned], [...broken, ...warned]].map(exitStatus)).toEqual([0, 2, 1]);
  expect(summary(findings)).toBe('Nothing is wrong.');
  expect(summary([...broken, ...warned])).toBe('1 problems, 1 warnings.');
  expect(printed([...findings, ...broken])).toBe(
    ['✓ a: is well', '– a: was not looked at', '✗ c: is broken', '    → mend it'].join('\n'),
  );
});

test('each workflow of the doctor’s is deleted, and a server that does not allow it is not told of', async () => {
  const deleted: unknown[] = [];
  const deleteWorkflowExecution = (request: unknown) => {
    deleted.push(request);
    return Promise.reject(new Error('not allowed'));
  };
  const connection = { workflowService: { deleteWorkflowExecution } } as never;
  const handles = [{ workflowId: 'a' }, { workflowId: 'b' }] as never;
  await forget({ connection, namespace: 'calls', taskQueue: 'q' }, handles);
  expect(deleted).toEqual([
    { namespace: 'calls', workflowExecution: { workflowId: 'a' } },
    { namespace: 'calls', workflowExecution: { workflowId: 'b' } },
  ]);
});
