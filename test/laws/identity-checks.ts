import { expect } from 'vitest';
import type { Flavour } from '../../src/binlog/event-types.ts';
import { emptyRowsEvent, parseRows, writeRowsHead } from '../../src/binlog/rows.ts';
import { parseTableMap } from '../../src/binlog/table-map.ts';
import { SourceFile } from '../../src/io/source.ts';
import { scan } from '../../src/scan/scan.ts';
import { type EventRecord, readBinlog } from '../builder/reader.ts';
import { inFolder, writeFiles } from '../helpers.ts';

/** Offset and end of an event without its checksum. */
export function bounds(event: EventRecord, checksum: boolean): [start: number, body: number, end: number] {
  const end = event.offset + event.size;
  return [event.offset, checksum ? end - 4 : end, end];
}

/** The index holds every rows event, at its place, with its rows, and counts every other. */
export async function expectIndexed(files: readonly Buffer[]): Promise<void> {
  const index = await inFolder(async (folder) => {
    const inputs = await Promise.all((await writeFiles(folder, files)).map((path) => SourceFile.open(path)));
    const result = await scan(inputs, { window: 4096 });
    await Promise.all(inputs.map((file) => file.close()));
    return result;
  });
  const logs = files.map(readBinlog);
  const { events, transactions } = index;
  const found = Array.from({ length: events.length }, (_, i) => ({
    file: transactions.file.get(events.transaction.get(i)),
    offset: events.offset.get(i),
    size: events.size.get(i),
    rows: events.rows.get(i),
  }));
  const expected = logs.flatMap((log, file) =>
    log.transactions
      .flatMap(({ statements }) => statements.flat())
      .map(({ offset, size, changes }) => ({ file, offset, size, rows: changes.length })),
  );
  expect(found).toEqual(expected);
  for (const [i, { events: all }] of logs.entries()) {
    expect(index.files[i]!.events.reduce((sum, n) => sum + n, 0)).toBe(all.length);
    expect(index.files[i]!.scannedTo).toBe(files[i]!.length);
  }
}

/** Each rows event parsed and written again, rows moved, is the same bytes; so is its TABLE_MAP. */
export function expectSameAgain(bytes: Buffer, flavour: Flavour): void {
  const log = readBinlog(bytes);
  for (const event of log.events) {
    const [start, body] = bounds(event, log.checksum);
    if (event.type === 19) {
      const table = parseTableMap(bytes, start, body, flavour);
      expect(Buffer.from(table.body)).toEqual(bytes.subarray(start + 25, body));
    }
    if ((event.type < 23 || event.type > 25) && (event.type < 30 || event.type > 32)) continue;
    const rows = emptyRowsEvent();
    parseRows(bytes, start, body, rows);
    const again = Buffer.alloc(event.size);
    // As an insert, for the partition ids of an update change places on the way.
    const extra = bytes.subarray(rows.extraStart, rows.extraEnd);
    const head = writeRowsHead(again, 19, rows.tableId, rows.flags, rows.version, extra, 'insert');
    const count = Buffer.from([rows.columnCount]);
    const whole = Buffer.concat([
      again.subarray(19, head),
      count,
      bytes.subarray(rows.bitmapStart, rows.rowsEnd),
    ]);
    expect(whole).toEqual(bytes.subarray(start + 19, body));
  }
}
