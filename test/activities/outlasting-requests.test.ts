import { OutlastingRequests } from '../../src/activities/outlasting-requests';
import { later } from '../support/fake-call-transfers';

const PATIENCE_MS = 400;

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

/** A request that outlasts its beginner, and how to answer it. */
async function outlasting(requests: OutlastingRequests, key: string) {
  const { answer, give, fail } = later<string>();
  const begun = requests.begin(key, () => answer, PATIENCE_MS);
  await jest.advanceTimersByTimeAsync(PATIENCE_MS);
  return { begun: await begun, give, fail };
}

test('an answer within the patience is given, and nothing is left to take over', async () => {
  const requests = new OutlastingRequests();

  expect(await requests.begin('GET a', () => Promise.resolve('answer'), PATIENCE_MS)).toEqual({
    answer: 'answer',
  });
  expect(requests.takeOver('GET a')).toBeUndefined();
  expect(jest.getTimerCount()).toBe(0);
});

test('a failure within the patience is thrown, and nothing is left to take over', async () => {
  const requests = new OutlastingRequests();
  const error = new Error('refused');

  await expect(requests.begin('GET a', () => Promise.reject(error), PATIENCE_MS)).rejects.toBe(error);
  expect(requests.takeOver('GET a')).toBeUndefined();
});

test('a request that outlasts the patience is taken over with its answer, once', async () => {
  const requests = new OutlastingRequests();
  const { begun, give } = await outlasting(requests, 'GET a');
  expect(begun).toBeUndefined();

  const taken = requests.takeOver('GET a');
  expect(requests.takeOver('GET a')).toBeUndefined();
  give('late answer');
  expect(await taken).toBe('late answer');
});

test('a request that fails later is taken over with its failure', async () => {
  const requests = new OutlastingRequests();
  const { fail } = await outlasting(requests, 'GET a');
  const error = new Error('refused');
  fail(error);

  await expect(requests.takeOver('GET a')).rejects.toBe(error);
});

test('a request is only taken over under its own key', async () => {
  const requests = new OutlastingRequests();
  await outlasting(requests, 'GET a');

  expect(requests.takeOver('GET b')).toBeUndefined();
  expect(requests.takeOver('POST a')).toBeUndefined();
  expect(requests.takeOver('GET a')).toBeDefined();
});

test('an answer that nobody takes over is forgotten 5 s after it came', async () => {
  const requests = new OutlastingRequests();
  const { give } = await outlasting(requests, 'GET a');
  const failing = await outlasting(requests, 'GET b');
  give('late answer');
  failing.fail(new Error('refused'));
  await jest.advanceTimersByTimeAsync(4999);
  expect(requests.takeOver('GET a')).toBeDefined();

  await jest.advanceTimersByTimeAsync(1);
  expect(requests.takeOver('GET b')).toBeUndefined();
});
