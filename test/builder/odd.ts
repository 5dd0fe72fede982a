import { crc32 } from 'node:zlib';
import { join, u8, u16, u32 } from './bytes.ts';
import { readEvents } from './reader.ts';

export interface OddForm {
  /** Bytes of every header but those of FORMAT_DESCRIPTION and ROTATE. */
  readonly headerLength: number;
  /** Table ids of 4 bytes, in TABLE_MAP and rows events of version 1. */
  readonly shortIds: boolean;
}

const WITH_TABLE_ID = [19, 23, 24, 25];

/** The same binlog as a server with other lengths would have written it: MySQL 5.1.0 to 5.1.3, or a patched one. */
export function oddForm(binlog: Buffer, { headerLength, shortIds }: OddForm): Buffer {
  const out: Buffer[] = [binlog.subarray(0, 4)];
  let position = 4;
  let hasChecksums = true;
  for (const event of readEvents(binlog)) {
    const body = Buffer.from(event.body);
    let content: Buffer = body;
    if (event.type === 15) {
      body[56] = headerLength;
      if (shortIds) for (const type of WITH_TABLE_ID) body[56 + type] = 6;
      hasChecksums = body.at(-1) === 1;
    } else if (shortIds && WITH_TABLE_ID.includes(event.type)) {
      content = join(body.subarray(0, 4), body.subarray(6));
    }
    const more = event.type === 15 || event.type === 4 ? 0 : headerLength - 19;
    const hasTrailer = hasChecksums || event.type === 15;
    const size = 19 + more + content.length + (hasTrailer ? 4 : 0);
    position += size;
    const bytes = join(
      join(
        u32(event.timestamp),
        u8(event.type),
        u32(event.serverId),
        u32(size),
        u32(position),
        u16(event.flags),
      ),
      Buffer.alloc(more, 0xee),
      content,
    );
    out.push(bytes);
    if (hasTrailer) out.push(u32(crc32(bytes)));
  }
  return join(...out);
}
