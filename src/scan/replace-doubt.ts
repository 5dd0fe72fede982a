import type { Flavour } from '../binlog/event-types.ts';
import { TableMapFlag } from '../binlog/table-map.ts';
import { utf8 } from '../wire/cursor.ts';
import type { Shape } from './shapes.ts';
import { firstWord } from './tokens.ts';

const NOTHING = new Uint8Array(0);

/** Bytes of a statement in which its first word is looked for. */
const BEGINNING = 4096;

/** First words of statements whose UPDATE events are what they say. */
const HARMLESS: readonly (string | undefined)[] = ['UPDATE', 'INSERT', 'DELETE'];

/**
 * Knows whether an UPDATE event of MariaDB may have been a REPLACE.
 *
 * MariaDB makes an update of a REPLACE where it can, and with a row image other than FULL it logs that as if the
 * columns which the statement does not name had kept their values, though they went to their defaults
 * (seen on 10.5, 10.11 and 11.8). Such an event cannot be told from an honest one, but ANNOTATE_ROWS holds the
 * statement. A trigger or a function may run a REPLACE too: then there are triggers, or further tables.
 */
export class ReplaceDoubt {
  /** The beginning of the statement's text; only read where there is a doubt. */
  #text: Uint8Array = NOTHING;
  #tables = 0;
  #triggers = false;

  /** The statement's text: `bytes[start, end)`. */
  annotate(bytes: Uint8Array, start: number, end: number): void {
    this.#text = bytes.slice(start, Math.min(end, start + BEGINNING));
  }

  /** A TABLE_MAP of the statement, by its flags. */
  map(flags: number): void {
    this.#tables++;
    if ((flags & TableMapFlag.HAS_TRIGGERS) !== 0) this.#triggers = true;
  }

  statementEnd(): void {
    this.#text = NOTHING;
    this.#tables = 0;
    this.#triggers = false;
  }

  /** May the old values of columns that this event does not have be lost? */
  concerns(shape: Shape, flavour: Flavour): boolean {
    if (flavour !== 'mariadb' || shape.kind !== 'update') return false;
    if (shape.first.columns.length === shape.table.types.length) return false;
    if (this.#triggers || this.#tables > 1) return true;
    return !HARMLESS.includes(firstWord(utf8(this.#text, 0, this.#text.length)));
  }
}
