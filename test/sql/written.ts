import { tmpdir } from 'node:os';
import { BatchReader } from '../../src/read/batch-reader.ts';
import { readIndex, withBinlogs } from '../../src/read/binlogs.ts';
import { eventPlaces } from '../../src/read/places.ts';
import type { BinlogIndex } from '../../src/scan/binlog-index.ts';
import { NumberList } from '../../src/scan/paged-column.ts';
import { ChangeFeed } from '../../src/show/change-feed.ts';
import type { ChangeFormatter } from '../../src/show/change-formatter.ts';
import type { ChangeWriter } from '../../src/sql/change-writer.ts';
import { type TableDescription, TableDescriptions } from '../../src/tables/description.ts';
import { RowFilter } from '../../src/where/row-filter.ts';
import { ByteText } from '../../src/wire/byte-text.ts';
import { inFolder, writeFiles } from '../helpers.ts';

/** Makes the writer of a test. */
export type MakeWriter = (
  index: BinlogIndex,
  out: ByteText,
  tables: readonly TableDescription[],
) => ChangeWriter;

/** What a writer makes of all row changes of some binlogs, in the order of the log. */
export function written(
  files: readonly Uint8Array[],
  make: MakeWriter,
  descriptions: TableDescriptions = new TableDescriptions({ timeZone: 'UTC' }),
): Promise<Buffer> {
  return inFolder(async (folder) => writtenFrom(await writeFiles(folder, files), make, descriptions));
}

/** The same of files that are there. */
export async function writtenFrom(
  inputs: readonly string[],
  make: MakeWriter,
  descriptions: TableDescriptions,
): Promise<Buffer> {
  return withBinlogs(inputs, {}, async (files) => {
    const index = await readIndex(files, {});
    const pieces: Uint8Array[] = [];
    const out = new ByteText((piece) => pieces.push(piece));
    const { flavour } = index.files[0]!.format;
    const tables = new Set(index.shapes.map(({ table }) => descriptions.of(table, flavour)));
    const writer = make(index, out, [...tables]);
    const filter = new RowFilter(undefined, descriptions);
    const feed = new ChangeFeed(index, descriptions, filter, driving(writer), Number.POSITIVE_INFINITY);
    const events = NumberList.of(index.pages, Array(index.events.length).keys());
    const reader = new BatchReader(index, files, { window: 1024 * 1024, spoolFolder: tmpdir() });
    writer.open();
    for await (const batch of reader.read(eventPlaces(index, events))) {
      for (let i = batch.first; i <= batch.last; i++) {
        batch.events.open(i);
        feed.open(i, batch.events);
        feed.some(() => false);
      }
    }
    feed.end();
    writer.close();
    out.flush();
    return Buffer.concat(pieces);
  });
}

function driving(writer: ChangeWriter): ChangeFormatter {
  return {
    transaction: (transaction) => writer.begin(transaction),
    statement: () => {},
    event: ({ number, shape, table, rows: { flags } }) => writer.event({ number, shape, table, flags }),
    row: ({ number, shape, table, rows: { flags } }, change) =>
      writer.row({ number, shape, table, flags }, change),
    unreadable: () => {
      throw new Error('the test has no such tables');
    },
    end: (transaction) => writer.end(transaction),
    finish: () => {},
  };
}
