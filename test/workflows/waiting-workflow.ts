import { condition, defineSignal, setHandler } from '@temporalio/workflow';

import { conditionWithin } from '../../src/workflows/condition-within';

export const tell = defineSignal('tell');

/** Waits an hour for news, once or twice, and says what ended each wait. */
export async function wait(way: 'ours' | 'theirs', waits: number, isTold: boolean): Promise<boolean[]> {
  const within = { ours: conditionWithin, theirs: condition }[way];
  let told = isTold;
  setHandler(tell, () => void (told = true));
  const heard: boolean[] = [];
  while (heard.length < waits) {
    heard.push(await within(() => told, 3_600_000, { summary: 'An hour' }));
    told = false;
  }
  return heard;
}
