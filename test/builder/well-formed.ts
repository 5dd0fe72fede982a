import { expect } from 'vitest';
import { type BinlogRecord, readBinlog } from './reader.ts';

/** Everything that a server and mysqlbinlog ask of an undo, recomputed from its bytes. */
export function expectWellFormed(bytes: Buffer): BinlogRecord {
  const log = readBinlog(bytes);
  let position = 4;
  for (const event of log.events) {
    expect(event.offset).toBe(position);
    position += event.size;
    expect(event.endLogPos).toBe(position % 2 ** 32);
    // FORMAT_DESCRIPTION has its own even where the others have none, but for servers that know none.
    if (event.type === 15) expect(event.crcMatches).not.toBe(false);
    else expect(event.crcMatches).toBe(log.checksum ? true : undefined);
  }
  expect(position).toBe(bytes.length);
  const [format, ...others] = log.events;
  // Else clients print ROLLBACK, and do not print the format of a relay log at all.
  expect(format).toMatchObject({ type: 15, flags: 0 });
  expect(format!.body.readUInt32LE(52)).toBe(0);
  for (const { type } of others) expect([2, 16, 19, 23, 24, 25, 30, 31, 32]).toContain(type);
  expectTransactions(log);
  return log;
}

/** After the format and what sets up GTIDs: BEGIN, pairs of TABLE_MAP and rows, XID, and nothing else. */
function expectTransactions(log: BinlogRecord): void {
  const letters = log.events.slice(1).map(({ type, text }) => {
    if (type === 2) return text === 'BEGIN' ? 'B' : text?.startsWith('SET @@SESSION.GTID_NEXT=') ? 'G' : '?';
    return type === 16 ? 'X' : type === 19 ? 'M' : 'R';
  });
  expect(letters.join('')).toMatch(/^G?(B(MR)+X)*$/);
  for (const event of log.transactions.flatMap(({ statements }) => statements.flat())) {
    expect(event.mapRightBefore).toBe(true);
    expect(event.flags & 1).toBe(1);
  }
}
