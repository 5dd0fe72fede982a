import { dateText, padded, timeText } from '../binlog/columns/values/temporals.ts';
import { timeZone } from '../binlog/columns/values/time-zone.ts';

/** Unix seconds as `2026-11-21 03:00:00+01:00`, on the clock of a time zone. */
export type Moment = (seconds: number) => string;

/** @throws BinflashError `USAGE` for an unknown time zone */
export function moments(zone: string | undefined): Moment {
  const offsetOf = timeZone(zone);
  return (seconds) => {
    const offset = offsetOf(seconds);
    const local = new Date((seconds + offset) * 1000);
    const date = dateText(local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate());
    const time = timeText(local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds(), 0, 0);
    const minutes = Math.round(Math.abs(offset) / 60);
    const hours = Math.floor(minutes / 60);
    return `${date} ${time}${offset < 0 ? '-' : '+'}${padded(hours, 2)}:${padded(minutes % 60, 2)}`;
  };
}
