/** Characters of base64 that mysqlbinlog prints in a line. */
const LINE = 76;
/** `BINLOG '` and the end of its line before them, and the quote after them. */
const WORDS = 10;

/**
 * Characters of the BINLOG statement in which mysqlbinlog sends a TABLE_MAP and a rows event of these sizes: each in
 * base64 (4 characters for 3 bytes, the last ones filled up), in lines that end with a newline.
 */
export function statementLength(mapSize: number, rowsSize: number): number {
  return WORDS + lines(mapSize) + lines(rowsSize);
}

function lines(size: number): number {
  const characters = 4 * Math.ceil(size / 3);
  return characters + Math.ceil(characters / LINE);
}
