import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFormatDescription, parseFormatDescription } from '../../src/binlog/format-description.ts';
import { encodeQuery, parseQuery } from '../../src/binlog/query.ts';
import { emptyRowsEvent, parseRows, writeRowsHead } from '../../src/binlog/rows.ts';
import { parseTableMap } from '../../src/binlog/table-map.ts';
import { encodeXid, parseXid } from '../../src/binlog/xid.ts';
import { SourceFile } from '../../src/io/source.ts';
import { scan } from '../../src/scan/scan.ts';
import { source } from '../builder/arbitrary.ts';
import { type EventRecord, readBinlog } from '../builder/reader.ts';
import { inFolder, undo, writeFiles } from '../helpers.ts';

/** Offset and end of an event without its checksum. */
function bounds(event: EventRecord, checksum: boolean): [start: number, body: number, end: number] {
  const end = event.offset + event.size;
  return [event.offset, checksum ? end - 4 : end, end];
}

describe('law 1, identity', () => {
  it('the index holds every rows event, at its place, with its rows, and counts every other', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(source(), async ({ files }) => {
        const index = await inFolder(async (folder) => {
          const inputs = await Promise.all(
            (await writeFiles(folder, files)).map((path) => SourceFile.open(path)),
          );
          const result = await scan(inputs, { window: 4096 });
          await Promise.all(inputs.map((file) => file.close()));
          return result;
        });
        const logs = files.map(readBinlog);
        const { events, transactions } = index;
        const found = Array.from({ length: events.length }, (_, i) => ({
          file: transactions.file[events.transaction[i]!],
          offset: events.offset[i],
          size: events.size[i],
          rows: events.rows[i],
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
      }),
      { numRuns: 40 },
    );
  });

  it('a rows event parsed and written again, rows moved, is the same bytes; so is its TABLE_MAP', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.property(source(), ({ server, files }) => {
        for (const bytes of files) {
          const log = readBinlog(bytes);
          for (const event of log.events) {
            const [start, body] = bounds(event, log.checksum);
            if (event.type === 19) {
              const table = parseTableMap(bytes, start, body, server.flavour);
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
      }),
      { numRuns: 40 },
    );
  });

  it('what the writer encodes, the parsers read back: FORMAT_DESCRIPTION, BEGIN, XID', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(source({ maxFiles: 1 }), async ({ files }) => {
        const { bytes, log } = await undo(files);
        const format = parseFormatDescription(bytes, 4, 4 + log.events[0]!.size);
        const { checksum } = format;
        expect(Buffer.from(encodeFormatDescription(format, checksum, 4 + format.bytes.length))).toEqual(
          bytes.subarray(4, 4 + format.bytes.length),
        );
        for (const event of log.events) {
          const [start, body] = bounds(event, log.checksum);
          const serverId = bytes.readUInt32LE(start + 5);
          // Size and end_log_pos (9 to 17) are the file's business, not the encoder's.
          const rest = (all: Buffer): Buffer => Buffer.concat([all.subarray(0, 9), all.subarray(17)]);
          const source = rest(bytes.subarray(start, body));
          if (event.type === 2) {
            const { text } = parseQuery(bytes, start, body);
            expect(rest(Buffer.from(encodeQuery(text, event.timestamp, serverId)))).toEqual(source);
          }
          if (event.type === 16) {
            const xid = parseXid(bytes, start, body);
            expect(rest(Buffer.from(encodeXid(xid, event.timestamp, serverId)))).toEqual(source);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
