/** A local activity's answer where ASAPP has not answered yet: the request goes on, and the next attempt waits for it. */
export const STILL_WAITING = 'STILL_WAITING';
export type StillWaiting = typeof STILL_WAITING;
