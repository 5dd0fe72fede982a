import { crc32 } from '../../wire/crc32.ts';

/** Most characters of a name. */
const LONGEST = 64;

/** Most characters of a table's file name without its ending; servers write other characters than these as `@0041`. */
const LONGEST_FILE = 250;
const PLAIN_IN_FILE = /[0-9A-Za-z_]/;
const ENCODED = 5;

/** The audit table of a table as mysqlbinlog_flashback names it; further ones, for other columns, are numbered from 2. */
export function auditTableName(table: string, number: number): string {
  return fitted('_', table, `_keep_data_${number === 1 ? '' : number}`, (name) => {
    return name.length <= LONGEST && fileLength(name) <= LONGEST_FILE;
  });
}

/** A column of old or new values; `prefix` says which. */
export function auditColumnName(prefix: string, column: string): string {
  return fitted(prefix, column, '', (name) => name.length <= LONGEST);
}

/** Of a name that becomes too long there is the beginning, and a checksum that keeps it apart from others. */
function fitted(before: string, name: string, behind: string, fits: (name: string) => boolean): string {
  const whole = before + name + behind;
  if (fits(whole)) return whole;
  const bytes = Buffer.from(name);
  const sum = crc32(bytes, 0, bytes.length).toString(16).padStart(8, '0');
  const characters = [...name];
  for (;;) {
    characters.pop();
    const short = `${before}${characters.join('')}_${sum}${behind}`;
    if (fits(short)) return short;
  }
}

function fileLength(name: string): number {
  let length = 0;
  for (const character of name) length += PLAIN_IN_FILE.test(character) ? 1 : ENCODED;
  return length;
}
