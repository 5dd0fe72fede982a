import { BinflashError } from '../errors.ts';
import { readChunks } from '../io/chunks.ts';
import { clientOutput } from './client-output.ts';
import { Schema } from './schema.ts';
import { SchemaBuilder } from './schema-builder.ts';

const HINT =
  'Write it with: mysqldump --no-data --routines=false DATABASE > schema.sql (or mariadb-dump), or SHOW CREATE TABLE.';

/**
 * Reads the definitions of tables from a dump (rows may be in it: they are passed over, and the file is never held
 * whole) or from what a client printed of SHOW CREATE TABLE.
 *
 * @throws BinflashError `IO` when the file cannot be read, `SCHEMA` when it defines no table
 */
export async function readSchema(path: string): Promise<Schema> {
  const builder = new SchemaBuilder();
  let isEmpty = true;
  try {
    for await (const chunk of clientOutput(textOf(readChunks(path)))) {
      isEmpty &&= chunk.length === 0;
      builder.push(chunk);
    }
    builder.end();
  } catch (error) {
    throw error instanceof BinflashError ? error.locate({ file: path, hint: HINT }) : error;
  }
  if (builder.tables.length === 0) {
    const what = isEmpty ? 'is empty' : 'holds no CREATE TABLE';
    throw new BinflashError('SCHEMA', what, { file: path, hint: HINT });
  }
  return new Schema(path, builder.tables, builder.dumped);
}

/** What a file begins with that is no text one can read. */
const strangers: readonly { begin: readonly number[]; what: string; hint: string }[] = [
  ...[
    [0xff, 0xfe],
    [0xfe, 0xff],
  ].map((begin) => ({
    begin,
    what: 'is UTF-16 text (PowerShell makes it of >), which cannot be read',
    hint: 'Let mysqldump write the file itself: --result-file=schema.sql.',
  })),
  { begin: [0x1f, 0x8b], what: 'is compressed', hint: 'Unpack it on the way: --schema <(zcat FILE).' },
  {
    begin: [0x28, 0xb5, 0x2f, 0xfd],
    what: 'is compressed',
    hint: 'Unpack it on the way: --schema <(zstdcat FILE).',
  },
  {
    begin: [0xfe, 0x62, 0x69, 0x6e],
    what: 'is a binary log',
    hint: 'Binary logs are named without an option.',
  },
];

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Refuses by name what cannot be read, and passes over the mark at the beginning of UTF-8 text. */
async function* textOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let first = true;
  for await (const chunk of chunks) {
    const begins = (bytes: readonly number[]): boolean => bytes.every((byte, i) => chunk[i] === byte);
    const stranger = first ? strangers.find(({ begin }) => begins(begin)) : undefined;
    if (stranger !== undefined) throw new BinflashError('SCHEMA', stranger.what, { hint: stranger.hint });
    yield first && begins(BYTE_ORDER_MARK) ? chunk.subarray(BYTE_ORDER_MARK.length) : chunk;
    first = false;
  }
}
