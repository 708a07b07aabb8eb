import { setTimeout as sleep } from 'node:timers/promises';

import type { CallTransferResource } from '../../src/asapp/resource';
import { withSecondRequests } from '../../src/asapp/second-requests';
import { created, FakeCallTransfers, later, resource } from '../support/fake-call-transfers';

import { failureOf } from './with-asapp';

const transfer = {
  transferId: 'conv-1-a',
  conversationId: 'conv-1',
  transport: { type: 'PHONE_NUMBER', country: 'US' },
} as const;

const AFTER_MS = { create: 50, get: 50 };
const never = () => new Promise<never>(() => undefined);
const patient = (asapp: FakeCallTransfers) => withSecondRequests(asapp, AFTER_MS);
/** Waits until so many requests were sent. */
async function sent({ requests }: FakeCallTransfers, count: number): Promise<void> {
  while (requests.length < count) await sleep(2);
}

const GET = 'GET conv-1-a';
const POST = 'POST conv-1-a';

describe('a request that is answered soon', () => {
  it('is sent once', async () => {
    const asapp = new FakeCallTransfers().willCreate(created()).willRead(resource({ status: 'ONGOING' }));

    expect(await patient(asapp).create(transfer)).toEqual(created());
    expect(await patient(asapp).get('conv-1-a')).toEqual(resource({ status: 'ONGOING' }));
    await sleep(80);
    expect(asapp.requests).toEqual([POST, GET]);
  });

  it('is sent once where it fails: whether it is sent again is for the caller to decide', async () => {
    const error = new Error('ASAPP answered 500');
    const asapp = new FakeCallTransfers().willRead(error).willRead(resource());

    await expect(patient(asapp).get('conv-1-a')).rejects.toBe(error);
    await sleep(40);
    expect(asapp.requests).toEqual([GET]);
  });

  it('asks at ASAPP’s own pace where nothing else is said: once within a second', async () => {
    const asapp = new FakeCallTransfers().willRead(sleep(1000, resource()));

    await withSecondRequests(asapp).get('conv-1-a');
    expect(asapp.requests).toEqual([GET]);
  });
});

describe('a request that takes long', () => {
  it('is not given up: its own answer counts, if it comes first', async () => {
    const slow = later<CallTransferResource>();
    const asapp = new FakeCallTransfers().willRead(slow.answer, never());
    const answer = patient(asapp).get('conv-1-a');
    await sent(asapp, 2);
    expect(asapp.requests).toEqual([GET, GET]);

    slow.give(resource({ status: 'COMPLETED' }));
    expect(await answer).toEqual(resource({ status: 'COMPLETED' }));
  });

  it('and is lost is answered by the second', async () => {
    const asapp = new FakeCallTransfers().willCreate(never(), created({ existed: true }));

    expect(await patient(asapp).create(transfer)).toEqual(created({ existed: true }));
    expect(asapp.posted).toEqual([transfer, transfer]);
  });

  it('is answered by the first, though the second fails', async () => {
    const slow = later<CallTransferResource>();
    const asapp = new FakeCallTransfers().willRead(slow.answer, new Error('ASAPP answered 503'));
    const answer = patient(asapp).get('conv-1-a');
    await sent(asapp, 2);

    slow.give(resource());
    expect(await answer).toEqual(resource());
  });

  it('is answered by the second, though the first fails', async () => {
    const [slow, second] = [later<CallTransferResource>(), later<CallTransferResource>()];
    const asapp = new FakeCallTransfers().willRead(slow.answer, second.answer);
    const answer = patient(asapp).get('conv-1-a');
    await sent(asapp, 2);
    slow.fail(new Error('cut'));
    await sleep(5);

    second.give(resource());
    expect(await answer).toEqual(resource());
  });

  it('fails as the first did where both fail', async () => {
    const slow = later<CallTransferResource>();
    const asapp = new FakeCallTransfers().willRead(slow.answer, new Error('of the second'));
    const failure = failureOf(patient(asapp).get('conv-1-a'));
    await sent(asapp, 2);

    slow.fail(new Error('of the first'));
    expect(await failure).toMatchObject({ message: 'of the first' });
  });

  it('is sent a second time and never a third', async () => {
    const second = later<CallTransferResource>();
    const asapp = new FakeCallTransfers().willRead(never(), second.answer);
    const answer = patient(asapp).get('conv-1-a');
    await sleep(150);

    expect(asapp.requests).toEqual([GET, GET]);
    second.give(resource());
    await answer;
  });

  it('ends the other request as soon as one is answered', async () => {
    const asapp = new FakeCallTransfers().willRead(never(), resource());
    await patient(asapp).get('conv-1-a');

    expect(asapp.limits.map(({ signal }) => signal?.aborted)).toEqual([true, true]);
  });

  it('takes its turn with the other limits of the request', async () => {
    const beforeAnother = () => Promise.resolve();
    const asapp = new FakeCallTransfers().willCreate(never(), created());
    await patient(asapp).create(transfer, { beforeAnother });

    expect(asapp.limits.map((limits) => limits.beforeAnother)).toEqual([beforeAnother, beforeAnother]);
  });
});

describe('a signal', () => {
  it.each([
    ['before the second request', 1],
    ['after it', 2],
  ])('ends both requests with its reason, %s', async (_, count) => {
    const asapp = new FakeCallTransfers().willRead(never(), never());
    const limit = new AbortController();
    const reason = new Error('the time is over');
    const failure = failureOf(patient(asapp).get('conv-1-a', { signal: limit.signal }));
    await sent(asapp, count);
    limit.abort(reason);

    expect(await failure).toBe(reason);
    await sleep(60);
    expect(asapp.requests).toHaveLength(count);
  });

  it('that has come already ends the request', async () => {
    const reason = new Error('the time is over');
    const asapp = new FakeCallTransfers().willRead(resource());

    await expect(patient(asapp).get('conv-1-a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
