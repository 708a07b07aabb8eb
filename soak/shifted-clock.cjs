/** Loaded before a process' own code: its clock is `CLOCK_SHIFT_MS` milliseconds ahead of the machine's. */
'use strict';

const shiftMs = Number(process.env.CLOCK_SHIFT_MS ?? 0);
const Real = Date;

class Shifted extends Real {
  constructor(...given) {
    super(...(given.length === 0 ? [Real.now() + shiftMs] : given));
  }

  static now() {
    return Real.now() + shiftMs;
  }
}

globalThis.Date = Shifted;
