import { Binlog } from '../builder/binlog.ts';
import type { Event } from '../builder/events.ts';
import { mysql80 } from '../builder/format.ts';

/** The event without its checksum, as decoders get it. */
export function framed(event: Event): [bytes: Buffer, start: number, end: number] {
  const log = new Binlog(mysql80, { checksum: 'none' });
  const start = log.add(event);
  return [log.bytes(), start, log.position];
}
