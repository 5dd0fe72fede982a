import { RowsFlag } from '../../binlog/rows.ts';
import { BinflashError } from '../../errors.ts';
import { ABSENT, DIFFERENCES, NULL_VALUE, type RowImage } from '../../read/row-image.ts';
import type { BinlogIndex } from '../../scan/binlog-index.ts';
import type { Moment } from '../../select/moments.ts';
import type { ByteText } from '../../wire/byte-text.ts';
import type { ChangedEvent, ChangeWriter, RowChange, StatementTally } from '../change-writer.ts';
import { transactionLine } from '../transaction-line.ts';
import { putGuard } from './guard.ts';
import { Session } from './session.ts';
import type { StatementColumn, StatementOptions, TableStatements } from './table-statements.ts';

/** An INSERT of more rows than fit in here is cut: the smallest default packet takes it. */
const LONG_STATEMENT = 1024 * 1024;

const COMMA = 0x2c;
const SEMICOLON_LINE = Buffer.from(';\n');
const AND = Buffer.from(' AND ');
const WHERE = Buffer.from(' WHERE ');
const NULL = Buffer.from('NULL');
const ONE = Buffer.from(' LIMIT 1');
const NO_COLUMNS: readonly StatementColumn[] = [];

/**
 * Writes row changes as statements that make them again, or that take them back. Which of the two is asked for is
 * said by `direction`; the order is the caller's.
 */
export class StatementWriter implements ChangeWriter {
  readonly tally: StatementTally = { statements: 0, longest: 0 };
  readonly #index: BinlogIndex;
  readonly #out: ByteText;
  readonly #session: Session;
  readonly #direction: 'undo' | 'redo';
  readonly #tables: (event: ChangedEvent) => TableStatements;
  readonly #moment: Moment;
  readonly #options: StatementOptions;
  #table: TableStatements | undefined;
  /** Rows in the open INSERT, and where it begins. */
  #openRows = 0;
  #openStart = 0;
  #sinceSleep = 0;
  #start = 0;

  constructor(
    index: BinlogIndex,
    out: ByteText,
    direction: 'undo' | 'redo',
    tables: (event: ChangedEvent) => TableStatements,
    moment: Moment,
    options: StatementOptions,
  ) {
    this.#index = index;
    this.#out = out;
    this.#session = new Session(out, index);
    this.#direction = direction;
    this.#tables = tables;
    this.#moment = moment;
    this.#options = options;
  }

  open(): void {
    this.#session.open();
    this.#sinceSleep = 0;
  }

  begin(transaction: number): void {
    this.#out.utf8(transactionLine(this.#index, transaction, this.#moment));
    this.#out.ascii('BEGIN;\n');
  }

  event(event: ChangedEvent): void {
    const table = this.#tables(event);
    // As the source did, and as its cascades are in the log: see UndoWriter.
    const unchecked = RowsFlag.NO_FOREIGN_KEY_CHECKS | RowsFlag.USE_SQL_FOREIGN_KEY;
    const checks = (event.flags & unchecked) === 0;
    if (table !== this.#table || checks !== this.#session.checksForeignKeys) this.#endInsert();
    this.#table = table;
    this.#session.checkForeignKeys(checks);
  }

  row({ shape }: ChangedEvent, { before, after }: RowChange): void {
    const table = this.#table!;
    const undo = this.#direction === 'undo';
    if (shape.kind === 'update') this.#update(table, before!, after!, undo);
    else if ((shape.kind === 'insert') === undo) this.#delete(table, (after ?? before)!);
    else this.#insert(table, (after ?? before)!);
  }

  end(): void {
    this.#endInsert();
    this.#out.ascii('COMMIT;\n');
    const { sleepEvery } = this.#options;
    if (sleepEvery === undefined || this.#sinceSleep < sleepEvery) return;
    this.#out.ascii('DO SLEEP(1);\n');
    this.#sinceSleep = 0;
  }

  close(): void {
    this.#session.close();
  }

  #insert(table: TableStatements, image: RowImage): void {
    const out = this.#out;
    const lenient = needsLenient(table.inserted, image);
    const most = this.#options.rowsPerStatement ?? 1;
    if (lenient || this.#openRows >= most || out.total - this.#openStart > LONG_STATEMENT) this.#endInsert();
    if (lenient) this.#session.beginLenient();
    if (this.#openRows === 0) {
      this.#openStart = out.total;
      out.put(table.insertHead);
    } else out.byte(COMMA);
    this.#openRows++;
    out.ascii('(');
    for (let i = 0; i < table.inserted.length; i++) {
      if (i > 0) out.byte(COMMA);
      this.#store(table.inserted[i]!, image);
    }
    out.ascii(')');
    if (!lenient) return;
    this.#endInsert();
    this.#session.endLenient();
  }

  #endInsert(): void {
    const rows = this.#openRows;
    if (rows === 0) return;
    this.#openRows = 0;
    this.#start = this.#openStart;
    // REPLACE counts the rows that it removes as well.
    this.#endStatement(this.#options.replace ? '>=' : '=', rows);
  }

  #delete(table: TableStatements, image: RowImage): void {
    this.#begin();
    this.#out.put(table.deleteHead);
    this.#where(table, image, image, table.others);
    this.#endStatement('=', 1);
  }

  #update(table: TableStatements, before: RowImage, after: RowImage, undo: boolean): void {
    // What the log does not tell of the row before it was changed is not looked at: its new value is not there yet.
    const [set, found, base] = undo ? [before, after, before] : [after, before, before];
    const isChanged = ({ number }: StatementColumn): boolean => !before.equals(after, number);
    // Generated columns may change by themselves, as far as statements go.
    if (!table.updated.some(isChanged)) return;
    const { changedOnly } = this.#options;
    const changed = changedOnly ? table.updated.filter(isChanged) : table.updated;
    const lenient = needsLenient(changed, set);
    if (lenient) this.#session.beginLenient();
    this.#begin();
    this.#out.put(table.updateHead);
    this.#assign(table, changed, set);
    this.#out.put(WHERE);
    // Who sets only what was changed, wants what others changed since to stay: it is not looked at.
    const others = changedOnly && table.key !== undefined ? changed : table.others;
    this.#where(table, found, base, others);
    this.#endStatement('=', 1);
    if (lenient) this.#session.endLenient();
  }

  /** Sets the changed columns, and those to themselves that would change otherwise. */
  #assign({ updated, kept }: TableStatements, changed: readonly StatementColumn[], set: RowImage): void {
    const out = this.#out;
    let count = 0;
    for (const column of updated) {
      const isSet = changed === updated || changed.includes(column);
      if (!isSet && !column.selfAssigned) continue;
      if (count++ > 0) out.byte(COMMA);
      if (isSet) {
        out.put(column.assigned);
        this.#store(column, set);
      } else out.put(column.kept);
    }
    for (const column of kept) {
      out.byte(COMMA);
      out.put(column.kept);
    }
  }

  #store(column: StatementColumn, image: RowImage): void {
    const start = image.starts[column.number]!;
    if (start >= 0) column.store(this.#out, image.bytes, start, image.ends[column.number]!);
    else if (start === NULL_VALUE) this.#out.put(NULL);
    else throw notThere(column);
  }

  /**
   * The condition that finds the row, whose columns have the values of `image`, or where it does not hold them those of
   * `base`: by its key, and where there is none or every doubt is to be excluded, by `others` as well.
   */
  #where(
    { key, isKeyDoubtful }: TableStatements,
    image: RowImage,
    base: RowImage,
    others: readonly StatementColumn[],
  ): void {
    const out = this.#out;
    let count = 0;
    for (const column of key ?? []) {
      if (count++ > 0) out.put(AND);
      const held = image.starts[column.number] === ABSENT ? base : image;
      const start = held.starts[column.number]!;
      if (start === NULL_VALUE) out.put(column.isNull);
      else {
        out.put(column.assigned);
        column.key(out, held.bytes, start, held.ends[column.number]!);
      }
    }
    const isFound = key !== undefined && !this.#options.guard;
    for (const column of isFound ? NO_COLUMNS : others) {
      if (key?.includes(column)) continue;
      const held = image.starts[column.number] === ABSENT ? base : image;
      const start = held.starts[column.number]!;
      // Nothing is known of it but that the source changed it.
      if (start === DIFFERENCES || start === ABSENT) continue;
      if (count++ > 0) out.put(AND);
      if (start === NULL_VALUE) out.put(column.isNull);
      else {
        out.put(column.compared);
        column.exact(out, held.bytes, start, held.ends[column.number]!);
      }
    }
    if (key === undefined || isKeyDoubtful) out.put(ONE);
  }

  #begin(): void {
    this.#endInsert();
    this.#start = this.#out.total;
  }

  #endStatement(comparison: '=' | '>=', rows: number): void {
    const out = this.#out;
    out.put(SEMICOLON_LINE);
    this.tally.longest = Math.max(this.tally.longest, out.total - this.#start);
    this.tally.statements++;
    this.#sinceSleep++;
    if (this.#options.guard) putGuard(out, comparison, rows);
  }
}

function needsLenient(columns: readonly StatementColumn[], image: RowImage): boolean {
  for (let i = 0; i < columns.length; i++) {
    const { needsLenient: test, number } = columns[i]!;
    if (test === undefined) continue;
    const start = image.starts[number]!;
    if (start >= 0 && test(image.bytes, start, image.ends[number]!)) return true;
  }
  return false;
}

function notThere({ name }: StatementColumn): BinflashError {
  return new BinflashError(
    'ROW_IMAGE',
    `of column ${name} the log holds only how its document differs from one that it does not hold`,
    {
      hint: 'The binlog undo needs less: use binflash rewrite, or leave the table out with --exclude-table.',
    },
  );
}
