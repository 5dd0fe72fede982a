import { inflateSync } from 'node:zlib';
import { encodeEvent } from './binlog.ts';
import { join } from './bytes.ts';
import type { Event } from './events.ts';
import { type BinlogRecord, readBinlog } from './reader.ts';
import { decompressZstd } from './zstd.ts';

/**
 * The log that a binlog with packed events stands for, decoded by other means than those of src: what an undo
 * is held against. Undefined where this Node has no other decoder for what is in it.
 */
export function unpacked(file: Buffer): BinlogRecord | undefined {
  const { events, checksum } = readBinlog(file);
  const pieces = [file.subarray(0, 4 + events[0]!.size)];
  let position = pieces[0]!.length;
  const add = (event: Event): void => {
    pieces.push(encodeEvent(event, position, event.serverId ?? 1, event.timestamp ?? 0, checksum));
    position += pieces.at(-1)!.length;
  };
  for (const event of events.slice(1)) {
    if (event.type === 40) {
      const content = payloadContent(event.body);
      if (content === undefined) return undefined;
      for (let at = 0; at < content.length; at += content.readUInt32LE(at + 9)) add(innerEvent(content, at));
    } else add(event.type >= 165 && event.type <= 171 ? plain(event) : event);
  }
  return readBinlog(join(...pieces));
}

function innerEvent(bytes: Buffer, at: number): Event {
  const body = bytes.subarray(at + 19, at + bytes.readUInt32LE(at + 9));
  const [timestamp, serverId] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 5)];
  return { type: bytes[at + 4]!, timestamp, serverId, flags: bytes.readUInt16LE(at + 17), body };
}

function payloadContent(body: Buffer): Buffer | undefined {
  let at = 0;
  const lenenc = (): number => {
    const first = body[at++]!;
    const width = first < 251 ? 0 : first === 252 ? 2 : first === 253 ? 3 : 6;
    if (width === 0) return first;
    at += first === 254 ? 8 : width;
    return body.readUIntLE(at - (first === 254 ? 8 : width), width);
  };
  const fields: Record<number, number> = {};
  for (let type = lenenc(); type !== 0; type = lenenc()) {
    const end = lenenc() + at;
    fields[type] = lenenc();
    at = end;
  }
  const content = body.subarray(at, fields[1] === undefined ? body.length : at + fields[1]);
  return fields[2] === 255 ? content : (simpleFrames(content) ?? decompressZstd?.(content));
}

/** Frames of raw and RLE blocks; undefined when there are others. */
function simpleFrames(bytes: Buffer): Buffer | undefined {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== 0x28) {
      at += 8 + bytes.readUInt32LE(at + 4);
      continue;
    }
    const descriptor = bytes[at + 4]!;
    const single = (descriptor >> 5) & 1;
    at += 6 - single + [single, 2, 4, 8][descriptor >> 6]!;
    for (let head = 0; (head & 1) === 0; ) {
      head = bytes.readUIntLE(at, 3);
      const [type, size] = [(head >> 1) & 3, head >> 3];
      if (type > 1) return undefined;
      pieces.push(type === 1 ? Buffer.alloc(size, bytes[at + 3]) : bytes.subarray(at + 3, at + 3 + size));
      at += 3 + (type === 1 ? 1 : size);
    }
    if ((descriptor & 4) !== 0) at += 4;
  }
  return Buffer.concat(pieces);
}

/** The plain event of a MariaDB compressed one. */
function plain(event: Event): Event {
  const body = Buffer.from(event.body);
  const type = event.type === 165 ? 2 : event.type < 169 ? event.type - 166 + 23 : event.type - 169 + 30;
  const isUpdate = type === 24 || type === 31;
  const counted = type < 30 ? 8 : 8 + body.readUInt16LE(8);
  const head =
    type === 2
      ? 13 + body.readUInt16LE(11) + body[8]! + 1
      : counted + 1 + (isUpdate ? 2 : 1) * Math.ceil(body[counted]! / 8);
  const content = inflateSync(body.subarray(head + 1 + (body[head]! & 7)));
  return { ...event, type, body: join(body.subarray(0, head), content) };
}
