import { createHash, type Hash } from 'node:crypto';

/** Lines are handed on in pieces of about this many characters. */
const PIECE = 64 * 1024;

/**
 * A digest of inverse row changes that is the same however they are packed into events and files:
 *
 *     SHA-256( SHA-256(groups) SHA-256(rows) )
 *
 * `rows` are the row images as they stand in the undo, one after the other, nothing between them. `groups` is a line of
 * ASCII for each group of rows that agree in source statement, table, kind and columns, `<fingerprint> <rows> <bytes>`,
 * and a line `COMMIT` after each transaction. The fingerprint is the SHA-256 of the kind (`insert`, `update`, `delete`),
 * a space, the length of the TABLE_MAP's body (from its flags on), a space, this body, and the column bitmaps.
 */
export class ChangeDigest {
  readonly #groups: Hash = createHash('sha256');
  readonly #rows: Hash = createHash('sha256');
  #lines = '';
  #fingerprint = '';
  #rowCount = 0;
  #byteCount = 0;

  /** The rows that follow belong to another group. */
  group(fingerprint: string): void {
    this.#endGroup();
    this.#fingerprint = fingerprint;
  }

  /** `count` rows of the group, `bytes[start, end)`. */
  rows(bytes: Uint8Array, start: number, end: number, count: number): void {
    this.#rows.update(bytes.subarray(start, end));
    this.#rowCount += count;
    this.#byteCount += end - start;
  }

  commit(): void {
    this.#endGroup();
    this.#line('COMMIT\n');
  }

  #endGroup(): void {
    if (this.#rowCount === 0) return;
    this.#line(`${this.#fingerprint} ${this.#rowCount} ${this.#byteCount}\n`);
    this.#rowCount = 0;
    this.#byteCount = 0;
  }

  #line(line: string): void {
    this.#lines += line;
    if (this.#lines.length < PIECE) return;
    this.#groups.update(this.#lines);
    this.#lines = '';
  }

  /** 64 hexadecimal digits; nothing may be added afterwards. */
  finish(): string {
    this.#groups.update(this.#lines);
    return createHash('sha256').update(this.#groups.digest()).update(this.#rows.digest()).digest('hex');
  }
}
