import { createCallTransferActivities } from '../../src/activities/create-activities';
import { AsappError } from '../../src/asapp/error';
import { WORKFLOW_REVISION } from '../../src/contract/workflow-revision';
import type { RoutingPolicy } from '../../src/routing/policy';
import { activityEnvironment } from '../support/activity-environment';
import { FakeCallTransfers, later, resource } from '../support/fake-call-transfers';
import { connected, dialledLegAfter, disconnected, settings } from '../support/legs';

const request = { conversationId: 'conv-1', transferId: 'conv-1-a', country: 'US' };
const number = {
  transferNumber: '+19991234',
  country: 'US',
  expiresAt: Date.parse('2025-06-19T13:39:00Z'),
  dialBy: Date.parse('2025-06-19T13:38:48Z'),
};
/** A conversation records which revision of the workflows it begins with. */
const recorded = { ...settings(), workflowRevision: WORKFLOW_REVISION };
const created = { transfer: resource(), existed: false };
const serverError = () => new AsappError('serverError', 'ASAPP answered 503', 503);

const local = { isLocal: true };
const regular = (attempt: number) => ({ isLocal: false, attempt });

/** Activities with ASAPP behind them, and what the policy was asked. */
function withAsapp(asapp: FakeCallTransfers) {
  const asked: unknown[] = [];
  const routing: RoutingPolicy = (facts) => {
    asked.push(facts);
    return { route: 'agents' };
  };
  return { asked, activities: createCallTransferActivities({ asapp, routing, settings: settings() }) };
}

afterEach(() => {
  jest.useRealTimers();
});

describe('a conversation that begins', () => {
  const begin = (asapp: FakeCallTransfers, requestedAt = Date.now()) =>
    activityEnvironment(local).run(() =>
      withAsapp(asapp).activities.callTransferBeginConversation({ ...request, requestedAt }),
    );

  it("has the worker's settings and its first number", async () => {
    expect(await begin(new FakeCallTransfers().willCreate(created))).toEqual({
      settings: recorded,
      number,
      failure: null,
      answeredAt: expect.any(Number) as number,
    });
  });

  it.each([
    [serverError(), { type: 'AsappServerError', retryDelayMs: 250 }],
    [
      new AsappError('rateLimited', 'ASAPP answered 429', 429),
      { type: 'AsappRateLimited', retryDelayMs: 1000 },
    ],
    [new AsappError('unreachable', 'cut'), { type: 'AsappUnreachable', retryDelayMs: 250 }],
    [
      new AsappError('credentialsRefused', 'ASAPP answered 401', 401),
      { type: 'AsappCredentialsRefused', retryDelayMs: null },
    ],
    [
      new AsappError('requestRefused', 'ASAPP answered 400', 400),
      { type: 'AsappRequestRefused', retryDelayMs: null },
    ],
  ])('goes on with a failure as a value: %s', async (error, failure) => {
    expect(await begin(new FakeCallTransfers().willCreate(error))).toMatchObject({
      settings: recorded,
      number: null,
      failure,
    });
  });

  it('brings the route along where no other attempt can help, and none where one may', async () => {
    const refused = new AsappError('credentialsRefused', 'ASAPP answered 401', 401);

    expect(await begin(new FakeCallTransfers().willCreate(refused))).toMatchObject({
      routed: {
        facts: {
          conversationId: 'conv-1',
          transferId: 'conv-1-a',
          outcome: 'TRANSFER_UNAVAILABLE',
          reason: 'ASAPP_CREDENTIALS_REFUSED',
          legNumber: 1,
        },
        choice: { route: 'agents', redial: false },
      },
    });
    expect(await begin(new FakeCallTransfers().willCreate(serverError()))).not.toHaveProperty('routed');
  });

  it('goes on where the transferId was used before, and asks no more', async () => {
    const existing = { transfer: resource({ status: 'COMPLETED' }), existed: true };

    expect((await begin(new FakeCallTransfers().willCreate(existing))).failure).toEqual({
      type: 'TransferIdConflict',
      retryDelayMs: null,
    });
  });

  it('asks ASAPP for nothing after the deadline: nobody waits any more', async () => {
    const asapp = new FakeCallTransfers();

    expect(await begin(asapp, Date.now() - 5000)).toEqual({
      settings: recorded,
      number: null,
      failure: { type: 'DeadlineExceeded', retryDelayMs: null },
    });
    expect(asapp.requests).toEqual([]);
  });
});

describe('a number that takes long', () => {
  it('is waited for no longer than a workflow task may take, and taken over without a second POST', async () => {
    jest.useFakeTimers();
    const slow = later<typeof created>();
    const asapp = new FakeCallTransfers().willCreate(slow.answer);
    const { activities } = withAsapp(asapp);
    const first = activityEnvironment(local).run(() => activities.callTransferRequestNumber(request));
    await jest.advanceTimersByTimeAsync(400);
    expect(await first).toBe('STILL_WAITING');

    const second = activityEnvironment(regular(1)).run(() => activities.callTransferRequestNumber(request));
    slow.give(created);
    expect(await second).toEqual(number);
    expect(asapp.requests).toEqual(['POST conv-1-a']);
  });

  it('is asked for again by a worker that did not ask before', async () => {
    const asapp = new FakeCallTransfers().willCreate({ ...created, existed: true });

    expect(
      await activityEnvironment(regular(1)).run(() =>
        withAsapp(asapp).activities.callTransferRequestNumber(request),
      ),
    ).toEqual(number);
    expect(asapp.requests).toEqual(['POST conv-1-a']);
  });
});

describe('attempts at a number', () => {
  it.each([
    ['local', local, 250],
    ['the first regular one', regular(1), 500],
    ['the second regular one', regular(2), 1000],
  ])('that fail are repeated at the pace that ASAPP asks for: %s', async (_, info, nextRetryDelay) => {
    const { activities } = withAsapp(new FakeCallTransfers().willCreate(serverError()));

    await expect(
      activityEnvironment(info).run(() => activities.callTransferRequestNumber(request)),
    ).rejects.toMatchObject({
      type: 'AsappServerError',
      nonRetryable: false,
      nextRetryDelay,
    });
  });

  it('end after three repetitions', async () => {
    const { activities } = withAsapp(new FakeCallTransfers().willCreate(serverError()));

    await expect(
      activityEnvironment(regular(3)).run(() => activities.callTransferRequestNumber(request)),
    ).rejects.toMatchObject({ nonRetryable: true });
  });

  it('with credentials that ASAPP refuses are an error in the log, which names none', async () => {
    const error = new AsappError('credentialsRefused', 'ASAPP answered 403', 403);
    const { activities } = withAsapp(new FakeCallTransfers().willCreate(error));
    const { run, logged } = activityEnvironment(local);

    await expect(run(() => activities.callTransferRequestNumber(request))).rejects.toMatchObject({
      type: 'AsappCredentialsRefused',
      nonRetryable: true,
    });
    expect(logged.filter(({ level }) => level === 'ERROR')).toMatchObject([{ meta: { status: 403 } }]);
  });
});

describe('a transfer that is fetched', () => {
  const leg = dialledLegAfter(connected(5), disconnected(30));
  const input = { conversationId: 'conv-1', leg, legNumber: 2, route: true, untilEnded: false };
  const outputContext = {
    transferType: 'AGENT',
    currentTaskName: 'billing',
    referenceVariables: { isVerified: true },
    transferVariables: { vip: 'true' },
  };

  it('comes with its route where it ends the leg', async () => {
    const asapp = new FakeCallTransfers().willRead(resource({ status: 'COMPLETED', outputContext }));
    const { activities, asked } = withAsapp(asapp);
    const facts = {
      conversationId: 'conv-1',
      transferId: 'conv-1-a',
      outcome: 'AGENT',
      reason: null,
      currentTaskName: 'billing',
      referenceVariables: { isVerified: true },
      transferVariables: { vip: 'true' },
      legNumber: 2,
    };

    expect(await activityEnvironment(local).run(() => activities.callTransferFetchTransfer(input))).toEqual({
      transfer: { status: 'COMPLETED', callReceivedAt: null, completedAt: null, outputContext },
      routed: { facts, choice: { route: 'agents', redial: false } },
    });
    expect(asked).toEqual([facts]);
  });

  it.each([
    ['the call goes on', { ...input, leg: dialledLegAfter(connected(5)) }, resource({ status: 'ONGOING' })],
    ['the result is not there', input, resource({ status: 'ONGOING' })],
    ['the conversation routes by itself', { ...input, route: false }, resource({ status: 'COMPLETED' })],
  ])('comes without a route where %s', async (_, asking, transfer) => {
    const { activities, asked } = withAsapp(new FakeCallTransfers().willRead(transfer));
    const fetched = await activityEnvironment(local).run(() => activities.callTransferFetchTransfer(asking));

    expect(fetched).toMatchObject({ transfer: { status: transfer.status }, routed: null });
    expect(asked).toEqual([]);
  });

  it('is looked at until its result is there', async () => {
    const asapp = new FakeCallTransfers().willRead(
      resource({ status: 'ONGOING' }),
      resource({ status: 'COMPLETED', outputContext }),
    );
    const { activities } = withAsapp(asapp);

    expect(
      await activityEnvironment(regular(2)).run(() =>
        activities.callTransferFetchTransfer({ ...input, untilEnded: true }),
      ),
    ).toMatchObject({ transfer: { status: 'COMPLETED' }, routed: { choice: { route: 'agents' } } });
    expect(asapp.requests).toEqual(['GET conv-1-a', 'GET conv-1-a']);
  });

  it('is polled through an error of ASAPP, too, however often it was polled before', async () => {
    const { activities } = withAsapp(new FakeCallTransfers().willRead(serverError()));

    await expect(
      activityEnvironment(regular(9)).run(() =>
        activities.callTransferFetchTransfer({ ...input, untilEnded: true }),
      ),
    ).rejects.toMatchObject({ type: 'AsappServerError', nonRetryable: false, nextRetryDelay: 1000 });
  });
});

test('a route is asked for where nothing is fetched', async () => {
  const { activities } = withAsapp(new FakeCallTransfers());
  const facts = {
    conversationId: 'conv-1',
    transferId: 'conv-1-a',
    outcome: 'DIAL_FAILED' as const,
    reason: 'DIAL_BUSY' as const,
    currentTaskName: null,
    referenceVariables: {},
    transferVariables: {},
    legNumber: 1,
  };

  expect(await activityEnvironment(local).run(() => activities.callTransferChooseRoute(facts))).toEqual({
    facts,
    choice: { route: 'agents', redial: false },
  });
});
