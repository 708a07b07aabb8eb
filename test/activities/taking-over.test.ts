import { createCallTransferActivities } from '../../src/activities/create-activities';
import { activityEnvironment } from '../support/activity-environment';
import { FakeCallTransfers, later, resource } from '../support/fake-call-transfers';
import { connected, dialledLegAfter, disconnected, settings } from '../support/legs';
import { facts } from '../support/routing';

afterEach(() => {
  jest.useRealTimers();
});

const make = (asapp: FakeCallTransfers, routing = () => ({ route: 1 }) as never) =>
  createCallTransferActivities({ asapp, routing, settings: settings() });
const local = { isLocal: true };
const regular = { isLocal: false, attempt: 1 };

test('a number that outlasts its wait is never handed to another conversation', async () => {
  jest.useFakeTimers();
  const slow = later<{ transfer: ReturnType<typeof resource>; existed: boolean }>();
  const asapp = new FakeCallTransfers()
    .willCreate(slow.answer)
    .willCreate({ transfer: resource(), existed: true });
  const activities = make(asapp);
  const request = { transferId: 'conv-1-a', country: 'US' };
  const first = activityEnvironment(local).run(() =>
    activities.callTransferRequestNumber({
      ...request,
      conversationId: 'conv-1',
    }),
  );
  await jest.advanceTimersByTimeAsync(400);
  expect(await first).toBe('STILL_WAITING');
  slow.give({ transfer: resource(), existed: false });

  const stranger = activityEnvironment(regular).run(() =>
    activities.callTransferRequestNumber({
      ...request,
      conversationId: 'conv-2',
    }),
  );
  await expect(stranger).rejects.toMatchObject({ type: 'TransferIdConflict' });
});

test('a result that is waited for is not answered by a look from before the hangup', async () => {
  jest.useFakeTimers();
  const slow = later<ReturnType<typeof resource>>();
  const asapp = new FakeCallTransfers()
    .willRead(slow.answer)
    .willRead(resource({ status: 'ONGOING' }))
    .willRead(resource({ status: 'COMPLETED' }));
  const activities = make(asapp);
  const input = { conversationId: 'conv-1', legNumber: 1, route: true };
  const up = dialledLegAfter(connected(5));
  const look = activityEnvironment(local).run(() =>
    activities.callTransferFetchTransfer({
      ...input,
      leg: up,
      untilEnded: false,
    }),
  );
  await jest.advanceTimersByTimeAsync(400);
  expect(await look).toBe('STILL_WAITING');
  slow.give(resource({ status: 'ONGOING' }));

  const over = dialledLegAfter(connected(5), disconnected(30));
  const first = await activityEnvironment(local).run(() =>
    activities.callTransferFetchTransfer({
      ...input,
      leg: over,
      untilEnded: false,
    }),
  );
  expect(first).toMatchObject({ transfer: { status: 'ONGOING' } });
  const poll = activityEnvironment(regular).run(() =>
    activities.callTransferFetchTransfer({
      ...input,
      leg: over,
      untilEnded: true,
    }),
  );
  await jest.advanceTimersByTimeAsync(250);
  expect(await poll).toMatchObject({ transfer: { status: 'COMPLETED' } });
});

test('a policy that answers a circle has failed', async () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const activities = make(new FakeCallTransfers(), () => ({ route: circle }) as never);
  expect(
    await activityEnvironment(local).run(() => activities.callTransferChooseRoute(facts())),
  ).toMatchObject({
    choice: null,
  });
});
