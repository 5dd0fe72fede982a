import { Binlog } from '../builder/binlog.ts';
import { join, u8, u16 } from '../builder/bytes.ts';
import { type Event, IGNORABLE } from '../builder/events.ts';
import { mariadb118, mysql97 } from '../builder/format.ts';

/** The body of an event that is not cut into more frames. */
const MOST = 0xffff;

/**
 * A binary log as a fuzzer may change it without breaking sizes, positions and checksums: frames of type u8, flags u8
 * (1: ignorable), length u16 and so many bytes of body; what is left at the end is the last body.
 */
export function logOfFrames(flavour: 'mysql' | 'mariadb', frames: Uint8Array): Buffer {
  const log = new Binlog(flavour === 'mysql' ? mysql97 : mariadb118, { checksum: 'none' });
  let at = 0;
  while (frames.length - at >= 4) {
    const [type, flags] = [frames[at]!, (frames[at + 1]! & 1) * IGNORABLE];
    const length = frames[at + 2]! | (frames[at + 3]! << 8);
    log.add({ type, flags, body: frames.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return log.bytes();
}

/** The frames of events, those left out that are too long for one. */
export function framesOf(events: readonly Event[]): Buffer {
  const short = events.filter(({ body }) => body.length <= MOST);
  return join(
    ...short.map(({ type, flags = 0, body }) =>
      join(u8(type), u8((flags & IGNORABLE) === 0 ? 0 : 1), u16(body.length), body),
    ),
  );
}
