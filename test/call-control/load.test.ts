import type { LegEvent } from '../../src/call-control';
import { Load } from '../../src/call-control/load';

const ids = { conversationId: 'conv-1', transferId: 'conv-1-a' };
const request: LegEvent = { type: 'leg.requested', data: { ...ids, country: 'US' } };
const connect: LegEvent = { type: 'leg.connected', data: ids };
const disconnect: LegEvent = { type: 'leg.disconnected', data: ids };

/** Which of the three events have room after turns that take so long, the last of which has not ended, milliseconds. */
function roomAfter(...turnsMs: number[]): boolean[] {
  let now = 0;
  const load = new Load(100, () => now);
  for (const [index, turnMs] of turnsMs.entries()) {
    load.turn();
    now += turnMs;
    if (index === turnsMs.length - 1) break;
  }
  load.close();
  return [request, connect, disconnect].map((event) => load.hasRoomFor(event));
}

test.each([
  ['nothing is late', [20, 20, 20], [true, true, true]],
  ['a long turn follows a short one, as after a pause of the machine', [20, 20, 5000], [true, true, true]],
  ['a short turn follows a long one', [20, 5000, 20], [true, true, true]],
  ['two turns in a row are long', [20, 150, 150], [false, true, true]],
  ['two turns in a row are twice as long', [20, 250, 250], [false, false, false]],
])('where %s', (_what, turnsMs, room) => {
  expect(roomAfter(...turnsMs)).toEqual(room);
});

test('an event that comes twice is not refused while the first one is under way', async () => {
  const load = new Load(0);
  expect(load.hasRoomFor(request)).toBe(false);
  await load.during(request, async () => {
    await load.during(request, () => Promise.resolve());
    expect([request, disconnect].map((event) => load.hasRoomFor(event))).toEqual([true, false]);
  });
  expect(load.hasRoomFor(request)).toBe(false);
  load.close();
});
