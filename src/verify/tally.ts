import { tableName } from '../binlog/table-map.ts';
import type { TableChanges } from '../flashback/plan.ts';
import { ChangeDigest } from './digest.ts';
import type { ShapeForm } from './shape-form.ts';

/** What was proved of an undo. */
export interface Proof {
  /** Row changes of the source by table, by what they did there. */
  readonly tables: readonly TableChanges[];
  readonly rows: number;
  readonly transactions: number;
  /** Rows events of the undo, each one BINLOG statement with its TABLE_MAP. */
  readonly events: number;
  readonly bytes: number;
  /** Of the inverse row changes, see {@link ChangeDigest}: 64 hexadecimal digits. */
  readonly digest: string;
  /** Characters of the longest BINLOG statement that the replay will send. */
  readonly largestStatement: number;
}

/** Adds up what has been proved. */
export class Tally {
  rows = 0;
  readonly #digest = new ChangeDigest();
  readonly #byForm = new Map<ShapeForm, number>();
  #form: ShapeForm | undefined;
  #groupRows = 0;
  #transactions = 0;
  #events = 0;
  #largestStatement = 0;

  /** The rows that follow belong to another group. */
  group(form: ShapeForm): void {
    this.#count();
    this.#form = form;
    this.#digest.group(form.fingerprint);
  }

  /** A rows event of the undo: its rows are `bytes[start, end)`, and its statement has so many characters. */
  event(bytes: Uint8Array, start: number, end: number, rows: number, statement: number): void {
    this.#digest.rows(bytes, start, end, rows);
    this.#groupRows += rows;
    this.rows += rows;
    this.#events++;
    if (statement > this.#largestStatement) this.#largestStatement = statement;
  }

  /** A part of the rows of a rows event that {@link event} will tell of, before its last ones. */
  part(bytes: Uint8Array, start: number, end: number): void {
    this.#digest.rows(bytes, start, end, 0);
  }

  commit(): void {
    this.#digest.commit();
    this.#transactions++;
  }

  #count(): void {
    const form = this.#form;
    if (form !== undefined) this.#byForm.set(form, (this.#byForm.get(form) ?? 0) + this.#groupRows);
    this.#groupRows = 0;
  }

  /** Nothing may be added afterwards. */
  proof(bytes: number): Proof {
    this.#count();
    const tables = new Map<string, TableChanges>();
    for (const [{ shape }, rows] of this.#byForm) {
      const table = tableName(shape.table);
      const changes = tables.get(table) ?? { table, insert: 0, update: 0, delete: 0 };
      changes[shape.kind] += rows;
      tables.set(table, changes);
    }
    return {
      tables: [...tables.values()].sort((a, b) => (a.table < b.table ? -1 : 1)),
      rows: this.rows,
      transactions: this.#transactions,
      events: this.#events,
      bytes,
      digest: this.#digest.finish(),
      largestStatement: this.#largestStatement,
    };
  }
}
