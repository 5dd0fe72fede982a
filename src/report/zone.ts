import type { Zone } from './view/time.ts';

const DAY = 86400;

/** The zone of this machine's clock, with all its changes between two Unix times. */
export function machineZone(first: number, last: number): Zone {
  const offsets: [number, number][] = [[first, offsetOf(first)]];
  for (let time = first; time < last; time += DAY) {
    const next = Math.min(time + DAY, last);
    if (offsetOf(next) === offsetOf(time)) continue;
    const change = changeBetween(time, next);
    offsets.push([change, offsetOf(change)]);
  }
  return { name: Intl.DateTimeFormat().resolvedOptions().timeZone, offsets };
}

/** Seconds east of Greenwich. */
function offsetOf(time: number): number {
  return new Date(time * 1000).getTimezoneOffset() * -60;
}

/** The first second that has the offset of `after`, which that of `before` is not. */
function changeBetween(before: number, after: number): number {
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetOf(middle) === offsetOf(before)) low = middle;
    else high = middle;
  }
  return high;
}
