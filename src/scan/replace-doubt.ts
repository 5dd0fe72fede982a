import type { Flavour } from '../binlog/event-types.ts';
import { TableMapFlag } from '../binlog/table-map.ts';
import type { Shape } from './shapes.ts';

/** Statements whose UPDATE events are what they say, after white space and plain comments. */
const HARMLESS = /^(?:\s|\/\*(?!M?!).*?\*\/|(?:--\s|#)[^\n]*\n)*(?:UPDATE|INSERT|DELETE)\b/is;

/**
 * Knows whether an UPDATE event of MariaDB may have been a REPLACE.
 *
 * MariaDB makes an update of a REPLACE where it can, and with a row image other than FULL it logs that as if the
 * columns which the statement does not name had kept their values, though they went to their defaults
 * (seen on 10.5, 10.11 and 11.8). Such an event cannot be told from an honest one, but ANNOTATE_ROWS holds the
 * statement. A trigger or a function may run a REPLACE too: then there are triggers, or further tables.
 */
export class ReplaceDoubt {
  #harmless = false;
  #tables = 0;
  #triggers = false;

  /** The statement's text, from ANNOTATE_ROWS. */
  annotate(text: string): void {
    this.#harmless = HARMLESS.test(text);
  }

  /** A TABLE_MAP of the statement, by its flags. */
  map(flags: number): void {
    this.#tables++;
    if ((flags & TableMapFlag.HAS_TRIGGERS) !== 0) this.#triggers = true;
  }

  statementEnd(): void {
    this.#harmless = false;
    this.#tables = 0;
    this.#triggers = false;
  }

  /** May the old values of columns that this event does not have be lost? */
  concerns(shape: Shape, flavour: Flavour): boolean {
    if (flavour !== 'mariadb' || shape.kind !== 'update') return false;
    if (shape.first.columns.length === shape.table.types.length) return false;
    return !this.#harmless || this.#triggers || this.#tables > 1;
  }
}
