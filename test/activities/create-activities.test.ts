import { createCallTransferActivities } from '../../src/activities/create-activities';
import { AsappError } from '../../src/asapp/error';
import type { RoutingPolicy } from '../../src/routing/policy';
import { usTransfer } from '../asapp/with-asapp';
import { activityEnvironment, attemptInfo, SERVER_NOW } from '../support/activity-environment';
import { created, FakeCallTransfers, later, resource } from '../support/fake-call-transfers';
import { connected, dialledLegAfter, disconnected, settings } from '../support/legs';
import { facts } from '../support/routing';

const serverError = () => new AsappError('serverError', 'ASAPP answered 503', 503);

/** Activities with ASAPP behind them, and what the policy was asked. */
function withAsapp(asapp = new FakeCallTransfers(), { admitted = true } = {}) {
  const asked: unknown[] = [];
  const routing: RoutingPolicy = (about) => {
    asked.push(about);
    return { route: 'agents' };
  };
  const findDecision = () => Promise.resolve(null);
  const activities = createCallTransferActivities({
    asapp,
    routing,
    settings: settings(),
    isAdmitted: () => Promise.resolve(admitted),
    hasSearchAttributes: () => Promise.resolve(true),
    findDecision,
  });
  return { asked, activities };
}

const leg = dialledLegAfter(connected(5), disconnected(30));
const result = { request: { ...usTransfer, legNumber: 1, taskName: null }, leg, untilEnded: true };

test('a number is requested with one POST, and comes with its expiry on the clock of the server', async () => {
  const asapp = new FakeCallTransfers().willCreate(created());
  const { activities } = withAsapp(asapp);

  expect(
    await activityEnvironment(attemptInfo()).run(() =>
      activities.callTransferRequestNumber({ ...usTransfer, isAdmitted: false }),
    ),
  ).toEqual({
    destination: { type: 'PHONE_NUMBER', transferNumber: '+19991234', country: 'US' },
    expiresAt: SERVER_NOW + 60_000,
    settings: { ...settings(), searchAttributes: true },
  });
  expect(asapp.requests).toEqual(['POST conv-1-a']);
});

test('a result is fetched with one GET, and comes with its context and its route', async () => {
  const outputContext = {
    transferType: 'AGENT',
    currentTaskName: 'billing',
    referenceVariables: { isVerified: true },
    transferVariables: { vip: 'true' },
  };
  const asapp = new FakeCallTransfers().willRead(resource({ status: 'COMPLETED', outputContext }));
  const { activities, asked } = withAsapp(asapp);

  expect(
    await activityEnvironment(attemptInfo()).run(() => activities.callTransferFetchContext(result)),
  ).toEqual({
    transfer: { status: 'COMPLETED', callReceivedAt: null, completedAt: null, outputContext },
    routed: {
      outcome: 'AGENT',
      reason: null,
      choice: { route: 'agents', redial: false },
      task: 'billing',
      searchAttributes: true,
    },
  });
  expect(asapp.requests).toEqual(['GET conv-1-a']);
  expect(asked).toHaveLength(1);
});

describe('attempts that fail', () => {
  it.each([
    [1, 250],
    [2, 500],
    [3, 1000],
  ])(
    'are repeated at the pace that ASAPP asks for: after the attempt %d in %d ms',
    async (attempt, delay) => {
      const { activities } = withAsapp(
        new FakeCallTransfers().willCreate(serverError()).willRead(serverError()),
      );
      const { run } = activityEnvironment(attemptInfo({ attempt }));
      const failure = { type: 'AsappServerError', nonRetryable: false, nextRetryDelay: delay };

      await expect(
        run(() => activities.callTransferRequestNumber({ ...usTransfer, isAdmitted: false })),
      ).rejects.toMatchObject(failure);
      await expect(run(() => activities.callTransferFetchContext(result))).rejects.toMatchObject(failure);
    },
  );

  it('end after three repetitions', async () => {
    const { activities } = withAsapp(new FakeCallTransfers().willCreate(serverError()));
    const { run } = activityEnvironment(attemptInfo({ attempt: 4 }));

    await expect(
      run(() => activities.callTransferRequestNumber({ ...usTransfer, isAdmitted: false })),
    ).rejects.toMatchObject({
      nonRetryable: true,
    });
  });
});

test('a request that takes long ends with the attempt', async () => {
  const slow = later<ReturnType<typeof created>>();
  const asapp = new FakeCallTransfers().willCreate(slow.answer);
  const { activities } = withAsapp(asapp);
  const { run } = activityEnvironment(attemptInfo({ scheduleToCloseTimeoutMs: 100 }));

  await expect(
    run(() => activities.callTransferRequestNumber({ ...usTransfer, isAdmitted: false })),
  ).rejects.toMatchObject({
    type: 'DeadlineExceeded',
    nonRetryable: true,
  });
  expect(asapp.limits[0]?.signal?.aborted).toBe(true);
});

describe('a conversation that may not go to GenerativeAgent', () => {
  it('costs ASAPP nothing', async () => {
    const asapp = new FakeCallTransfers();
    const { activities } = withAsapp(asapp, { admitted: false });
    const { run } = activityEnvironment(attemptInfo());

    await expect(
      run(() => activities.callTransferRequestNumber({ ...usTransfer, isAdmitted: false })),
    ).rejects.toMatchObject({ type: 'NotAdmitted', nonRetryable: true });
    expect(asapp.requests).toEqual([]);
  });

  it('is let through if a leg of it was before', async () => {
    const asapp = new FakeCallTransfers().willCreate(created());
    const { activities } = withAsapp(asapp, { admitted: false });

    await activityEnvironment(attemptInfo()).run(() =>
      activities.callTransferRequestNumber({ ...usTransfer, isAdmitted: true }),
    );
    expect(asapp.requests).toEqual(['POST conv-1-a']);
  });
});

test('a conversation records the settings of the worker', async () => {
  const { activities } = withAsapp();

  expect(
    await activityEnvironment({ isLocal: true }).run(() => activities.callTransferReadSettings()),
  ).toEqual({ ...settings(), searchAttributes: true });
});

test('the policy is asked about the leg', async () => {
  const { activities, asked } = withAsapp();
  const about = facts({ outcome: 'DIAL_FAILED', reason: 'DIAL_BUSY' });

  expect(
    await activityEnvironment({ isLocal: true }).run(() => activities.callTransferChooseRoute(about)),
  ).toEqual({
    outcome: 'DIAL_FAILED',
    reason: 'DIAL_BUSY',
    choice: { route: 'agents', redial: false },
    task: 'billing',
    searchAttributes: true,
  });
  expect(asked).toEqual([{ ...about, at: expect.any(Number) as number }]);
});
