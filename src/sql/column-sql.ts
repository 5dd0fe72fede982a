import type { ByteText } from '../wire/byte-text.ts';

/**
 * Writes the value that stands in `bytes[start, end)`, its length prefix left out, as SQL. No literal needs
 * another character set of the client, another SQL mode (but for {@link ColumnSql.needsLenient}) or another time zone
 * (but for TIMESTAMP, which is UTC) than any session has.
 *
 * @throws BinflashError `UNSUPPORTED` for a value that no SQL gives back
 */
export type LiteralWriter = (out: ByteText, bytes: Uint8Array, start: number, end: number) => void;

/** How SQL speaks of one column of a table. */
export interface ColumnSql {
  /** Its name, quoted. */
  readonly name: string;
  /** A literal that gives the column the same bytes when it is stored. */
  readonly store: LiteralWriter;
  /**
   * What a column of the key is compared with: `name = literal`, by the column's own collation, so that the index is
   * used. Two rows with different keys never both match.
   */
  readonly key: LiteralWriter;
  /**
   * A comparison that holds for this very value and no other (of two texts that a collation takes for equal, for one):
   * `exactLeft <=> literal`.
   */
  readonly exactLeft: string;
  readonly exact: LiteralWriter;
  /** Is this a value that strict SQL modes do not let in, though the column holds it: ENUM's 0? */
  readonly needsLenient: ((bytes: Uint8Array, start: number, end: number) => boolean) | undefined;
  /** May {@link store} or {@link exact} throw? Such values are tried before anything is written. */
  readonly mayThrow: boolean;
}

/** `readable`: text as text where it cannot be garbled; `hex`: never. */
export type TextLiterals = 'readable' | 'hex';
