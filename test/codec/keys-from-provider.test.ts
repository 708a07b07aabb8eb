import { setTimeout as sleep } from 'node:timers/promises';

import { keysFromProvider } from '../../src/codec/keys-from-provider';

const bytes = (fill: number) => Buffer.alloc(32, fill);

/** A key management service that a test can break. */
class Service {
  asked: string[] = [];
  isDown = false;
  currentId = 'k1';

  current = async () => {
    await this.answer('current');
    return { id: this.currentId, key: bytes(1) };
  };

  find = async (id: string) => {
    await this.answer(id);
    return id === 'unknown' ? undefined : bytes(2);
  };

  private async answer(asked: string): Promise<void> {
    this.asked.push(asked);
    await sleep(5);
    if (this.isDown) throw new Error('It is down');
  }
}

test('each key is asked for once, however many want it', async () => {
  const service = new Service();
  const keys = keysFromProvider(service);
  const ids = await Promise.all([keys.current(), keys.current(), keys.find('k0'), keys.find('k0')]);

  expect(ids.map((key) => key?.id)).toEqual(['k1', 'k1', 'k0', 'k0']);
  expect(service.asked.sort()).toEqual(['current', 'k0']);
});

test('a service that is down does not hold up who has a key', async () => {
  const service = new Service();
  const problems: Error[] = [];
  const keys = keysFromProvider(service, { freshMs: 0, onProblem: (problem) => problems.push(problem) });
  await keys.current();
  service.isDown = true;

  expect((await keys.current()).id).toBe('k1');
  await sleep(30);
  expect((await keys.current()).id).toBe('k1');
  expect(problems.length).toBeGreaterThan(0);
});

test('a new current key is taken in the background', async () => {
  const service = new Service();
  const keys = keysFromProvider(service, { freshMs: 0 });
  await keys.current();
  service.currentId = 'k2';
  await keys.current();
  await sleep(30);

  expect((await keys.current()).id).toBe('k2');
});

test('without any key from before, its failure is the answer, and it is asked again', async () => {
  const service = new Service();
  service.isDown = true;
  const keys = keysFromProvider(service);
  await expect(keys.current()).rejects.toThrow('It is down');
  service.isDown = false;

  expect((await keys.current()).id).toBe('k1');
});

test('an unknown id is unknown, and not asked for with each payload', async () => {
  const service = new Service();
  const keys = keysFromProvider(service);

  expect(await keys.find('unknown')).toBeUndefined();
  expect(await keys.find('unknown')).toBeUndefined();
  expect(service.asked).toEqual(['unknown']);
});

test('a service that never answers is given up', async () => {
  const keys = keysFromProvider(
    { current: () => new Promise(() => undefined), find: () => new Promise(() => undefined) },
    { timeoutMs: 20 },
  );
  await expect(keys.current()).rejects.toThrow();
  await expect(keys.find('k1')).rejects.toThrow();
});
