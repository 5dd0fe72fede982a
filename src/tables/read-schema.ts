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
    for await (const chunk of clientOutput(withoutMark(readChunks(path)))) {
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

/** Passes over the mark at the beginning of UTF-8 text; PowerShell's UTF-16 is refused by name. */
async function* withoutMark(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let first = true;
  for await (const chunk of chunks) {
    if (first && ((chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff))) {
      throw new BinflashError(
        'SCHEMA',
        'is UTF-16 text, which PowerShell makes of > and which cannot be read',
        {
          hint: 'Let mysqldump write the file itself: --result-file=schema.sql.',
        },
      );
    }
    const mark = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? 3 : 0;
    first = false;
    yield chunk.subarray(mark);
  }
}
