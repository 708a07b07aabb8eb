import { chooseRoute } from '../../src/activities/choose-route';
import { taskLabels } from '../../src/activities/task-labels';
import type { Outcome } from '../../src/contract/outcomes';
import type { RoutingChoice, RoutingPolicy } from '../../src/routing/policy';
import { activityEnvironment } from '../support/activity-environment';
import { facts } from '../support/routing';

const routing = (policy: RoutingPolicy) => ({ policy, taskLabel: taskLabels() });

/** What becomes of a policy's answer, whatever that is. */
const choose = (policy: (...args: Parameters<RoutingPolicy>) => unknown, about = facts()) =>
  activityEnvironment({ isLocal: true }).run(
    async () => (await chooseRoute(routing(policy as RoutingPolicy), about, Promise.resolve(true))).choice,
  );

test.each([
  ['an object', { queue: 'agents', priority: 1 }],
  ['a text', 'agents'],
  ['nothing', null],
  ['a list', [1, [true], { a: null }]],
  ['false', false],
])('a route may be any JSON: %s', async (_, route) => {
  expect(await choose(() => ({ route }))).toEqual({ route, redial: false });
});

test('a field that is undefined is not there', async () => {
  const route = { type: 'QUEUE', queue: undefined, more: [{ a: undefined, b: 1 }] };

  expect(await choose(() => ({ route, redial: undefined }))).toEqual({
    route: { type: 'QUEUE', more: [{ b: 1 }] },
    redial: false,
  });
});

test('a policy is told about the leg, and may take its time', async () => {
  const policy = async ({ outcome, currentTaskName }: ReturnType<typeof facts>) => {
    await Promise.resolve();
    return { route: [outcome, currentTaskName] };
  };

  expect((await choose(policy))?.route).toEqual(['AGENT', 'billing']);
});

test.each<[Outcome, boolean]>([
  ['DIAL_FAILED', true],
  ['NUMBER_EXPIRED', true],
  ['AGENT', false],
  ['SYSTEM', false],
  ['CUSTOMER_HUNG_UP', false],
  ['TRANSFER_UNAVAILABLE', false],
  ['CONTEXT_UNAVAILABLE', false],
  ['CANCELLED', false],
])('whether a policy may ask for a fresh number after %s: %s', async (outcome, redial) => {
  const choice = await choose(() => ({ route: 1, redial: true }), facts({ outcome }));

  expect(choice).toEqual({ route: 1, redial });
});

describe('a policy has failed, and the customer goes to the last resort, where it', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'agents'],
    ['a list', [{ route: 1 }]],
    ['no route', {}],
    ['an undefined route', { route: undefined }],
    ['a function as the route', { route: () => 'agents' }],
    ['a date as the route', { route: new Date(0) }],
    ['a big integer', { route: 10n }],
    ['no number', { route: Number.NaN }],
    ['an infinite number', { route: { priority: Infinity } }],
    ['a map', { route: new Map() }],
    ['a text as redial', { route: 1, redial: 'yes' }],
    ['null as redial', { route: 1, redial: null }],
  ])('answers %s', async (_, answer) => {
    expect(await choose(() => answer)).toBeNull();
  });

  it('answers a circle', async () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;

    expect(await choose(() => ({ route: circle }))).toBeNull();
  });

  it('throws', async () => {
    const broken = (): RoutingChoice => {
      throw new Error('broken');
    };

    expect(await choose(broken)).toBeNull();
  });

  it('throws something that is no error', async () => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    expect(await choose(() => Promise.reject('broken'))).toBeNull();
  });

  it('rejects', async () => {
    expect(await choose(() => Promise.reject(new Error('broken')))).toBeNull();
  });

  it('never answers', async () => {
    expect(await choose(() => new Promise(() => undefined))).toBeNull();
  });
});

test('a policy that fails is an error in the log, with the outcome', async () => {
  const { run, logged } = activityEnvironment({ isLocal: true });
  const error = new Error('broken');
  const policy = () => Promise.reject(error);
  await run(() => chooseRoute(routing(policy), facts({ outcome: 'SYSTEM' }), Promise.resolve(true)));

  expect(logged).toMatchObject([{ level: 'ERROR', meta: { outcome: 'SYSTEM', error } }]);
});
