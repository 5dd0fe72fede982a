import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Skippable } from '../../src/flashback/refusals.ts';
import { Binlog } from '../builder/binlog.ts';
import { mariadb118, mysql80, mysql97 } from '../builder/format.ts';
import { oddForm } from '../builder/odd.ts';
import { readEvents } from '../builder/reader.ts';
import { relayLogs } from '../builder/relay.ts';
import { insert } from '../builder/shop.ts';

/** What is damaged: files of one source. */
export interface Form {
  readonly name: string;
  readonly files: readonly Buffer[];
  readonly skip: readonly Skippable[];
  /** Does each event have a checksum, so that no flipped byte can pass for another value? */
  readonly checksums: boolean;
}

/** Larger fixtures hold more of the same kinds of events, and would take hours. */
const SMALL = 6000;

const fixtures = join(import.meta.dirname, '../../fixtures');

/** Every small fixture as its server closed it and as if it were in use, and what no fixture is. */
export function forms(): Form[] {
  const all: Form[] = [];
  const add = (name: string, files: readonly Buffer[], skip: readonly Skippable[] = []): void =>
    void all.push({ name, files, skip, checksums: files.every(hasChecksums) });
  for (const path of readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!path.endsWith('.binlog')) continue;
    const bytes = readFileSync(join(fixtures, path));
    if (bytes.length > SMALL) continue;
    const name = path.slice(0, -'.binlog'.length);
    add(name, [bytes]);
    add(`${name}, in use`, [inUse(bytes)]);
    if (basename(name) === 'endings') {
      add(`${name}, skipping`, [bytes], ['unfinished', 'rolled-back', 'prepared']);
    }
    if (basename(name) === 'order') {
      const replica = name.startsWith('mysql') ? mysql97 : mariadb118;
      const rotations = [9, 14];
      const relayed = { replica, checksum: 'crc32', rotations, connections: [6] } as const;
      add(`${name}, relayed`, relayLogs([bytes], relayed));
    }
    if (name === 'mysql-5.6/order') {
      add(`${name}, long headers and short table ids`, [
        oddForm(bytes, { headerLength: 27, shortIds: true }),
      ]);
    }
  }
  for (const server of [mysql80, mariadb118]) {
    for (const flags of [0, 1]) {
      const log = new Binlog(server, { checksum: 'none', flags });
      for (const first of [1, 3]) log.transaction([...insert(first), ...insert(first + 1)]);
      add(`${server.flavour} without checksums${flags === 1 ? ', in use' : ''}`, [log.bytes()]);
    }
  }
  return all;
}

/** Does each event have one, by the last format? */
function hasChecksums(binlog: Buffer): boolean {
  const format = readEvents(binlog).findLast(({ type }) => type === 15)!;
  return format.crcMatches === true && format.body.at(-1) === 1;
}

/** With the flag of a file that its server has not closed, which no checksum holds, and without what closes it. */
function inUse(binlog: Buffer): Buffer {
  const events = readEvents(binlog);
  const last = events.at(-1)!;
  const bytes = Buffer.from(last.type === 3 || last.type === 4 ? binlog.subarray(0, last.offset) : binlog);
  bytes.writeUInt16LE(bytes.readUInt16LE(4 + 17) | 1, 4 + 17);
  return bytes;
}
