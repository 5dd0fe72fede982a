import { open, stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { Binlog, encodeEvent } from '../test/builder/binlog.ts';
import { prefixed, u32 } from '../test/builder/bytes.ts';
import { blob, int } from '../test/builder/columns.ts';
import { anonymousGtid, query, xid } from '../test/builder/events.ts';
import { mysql97 } from '../test/builder/format.ts';
import { rows, table, tableMap } from '../test/builder/rows.ts';
import { cached } from './cache.ts';
import { clean, copying, rewriting } from './commands.ts';
import { runRounds, times } from './rounds.ts';

const VALUE = 2 ** 30;
const PIECE = 4 * 1024 * 1024;

/** One INSERT of a LONGBLOB of 1 GiB: memory is that row and little else. */
export async function measureLargeRow(rounds: number): Promise<string[]> {
  const file = await cached('large-row.000001', writeLargeRow);
  const row = (await stat(file)).size / 1e6;
  const [dd, ours, verified] = ['dd', 'binflash rewrite', 'binflash rewrite --verify'];
  return [
    `One row with a LONGBLOB of 1 GiB: ${row.toFixed(0)} MB`,
    '',
    ...(await runRounds(
      [
        { name: dd, command: copying(file) },
        { name: ours, command: rewriting(file) },
        { name: verified, command: [...rewriting(file), '--verify'] },
      ],
      [
        {
          name: 'memory besides the row itself',
          of: (run) => run(ours).memory - row,
          unit: ' MB',
          aim: { most: 134 },
        },
        {
          name: 'the same, with --verify',
          of: (run) => run(verified).memory - row,
          unit: ' MB',
          aim: { most: 134 },
        },
        times('binflash / dd', ours, dd),
      ],
      rounds,
      clean,
    )),
  ];
}

/** The builder's events around one that is written piece by piece: as the builder makes it of an empty value. */
async function writeLargeRow(path: string): Promise<void> {
  const of = table('bench.documents', [int, blob(4)]);
  const log = new Binlog(mysql97);
  log.add(anonymousGtid(), query('BEGIN'), tableMap(of, 9));
  const before = log.bytes();
  const insert = rows('insert', of, 9, [[[u32(1), prefixed(4, Buffer.alloc(0))]]]);
  const event = encodeEvent(insert, 0, 1, log.time, false);
  const end = before.length + event.length + VALUE + 4;
  event.writeUInt32LE(event.length + VALUE + 4, 9);
  event.writeUInt32LE(end, 13);
  // The length of the value is the last thing in it.
  event.writeUInt32LE(VALUE, event.length - 4);
  const piece = Buffer.alloc(PIECE, 'some bytes of a large document, ');
  let sum = crc32(event);
  const file = await open(path, 'w');
  try {
    await file.writeFile(before);
    await file.writeFile(event);
    for (let done = 0; done < VALUE; done += PIECE) {
      await file.writeFile(piece);
      sum = crc32(piece, sum);
    }
    await file.writeFile(u32(sum));
    await file.writeFile(encodeEvent(xid(1), end, 1, log.time, true));
  } finally {
    await file.close();
  }
}
