import { encodeEvent } from './binlog.ts';
import { hex, join } from './bytes.ts';
import { rotate } from './events.ts';
import { type Checksum, formatBody, oldServers, type Server } from './format.ts';
import { type EventRecord, readEvents } from './reader.ts';

const RELAY_LOG = 0x40;
const ARTIFICIAL = 0x20;
const MAGIC = hex('fe 62 69 6e');

export interface Relaying {
  /** The replica, and what its own events have for a checksum. */
  readonly replica: Server;
  readonly checksum: Checksum;
  /** Before which of the source's events, by number, the replica goes on in another file. */
  readonly rotations: readonly number[];
  /** Before which of them it connects anew. */
  readonly connections: readonly number[];
  /** When it began them. */
  readonly begun?: number;
}

/**
 * What a replica makes of its source's binlogs: relay logs, each with its own FORMAT_DESCRIPTION and ROTATE, and in them
 * the source's events to the byte, its FORMAT_DESCRIPTION wherever the replica connected or went on in another file.
 */
export function relayLogs(binlogs: readonly Buffer[], relaying: Relaying): Buffer[] {
  const { replica, checksum, rotations, connections, begun = 1_700_000_000 } = relaying;
  const own = (type: number, body: Uint8Array, flags: number, withChecksum: boolean): Buffer =>
    encodeEvent({ type, body, flags }, 0, 99, begun, withChecksum);
  const begin = (): Buffer[] => [MAGIC, own(15, formatBody(replica, { checksum }), RELAY_LOG, true)];
  const files: Buffer[][] = [begin()];
  const put = (...events: Buffer[]): void => void files.at(-1)!.push(...events);
  let number = 0;
  let hasChecksums = checksum === 'crc32';
  for (const [at, binlog] of binlogs.entries()) {
    const [format, ...events] = readEvents(binlog);
    const body = Buffer.from(format!.body);
    // The source sends it once more when it was not started meanwhile, with no time of that.
    body.writeUInt32LE(0, 52);
    const { timestamp, serverId } = format!;
    const version = body.subarray(2, 52).toString('latin1').replace(/\0.*/s, '');
    const knows = !oldServers.some((old) => old.version === version && old.knowsChecksums === false);
    const again = encodeEvent({ type: 15, body, flags: ARTIFICIAL }, 0, serverId, timestamp, knows);
    const name = rotate(`source.${String(at + 1).padStart(6, '0')}`).body;
    const bytesOf = ({ offset, size }: EventRecord): Buffer => binlog.subarray(offset, offset + size);
    put(own(4, name, ARTIFICIAL, hasChecksums), bytesOf(format!));
    hasChecksums = knows && body.at(-1) === 1;
    for (const event of events) {
      if (rotations.includes(number)) {
        put(own(4, rotate(`relay.${files.length + 1}`).body, RELAY_LOG, hasChecksums));
        files.push(begin());
        put(again);
      }
      if (connections.includes(number)) put(own(4, name, ARTIFICIAL, hasChecksums), again);
      put(bytesOf(event));
      number++;
    }
  }
  return files.map((pieces) => join(...pieces));
}
