import type { RowImage } from '../../read/row-image.ts';
import type { BinlogIndex } from '../../scan/binlog-index.ts';
import { type Moment, moments } from '../../select/moments.ts';
import type { ByteText } from '../../wire/byte-text.ts';
import type { ChangedEvent, ChangeWriter, RowChange, StatementTally } from '../change-writer.ts';
import { Session } from '../statements/session.ts';
import { transactionLine } from '../transaction-line.ts';
import { imageWith } from './audited-columns.ts';
import type { KeptTable, KeptTables } from './kept-tables.ts';
import { type RowPlace, rowPlaces } from './row-place.ts';

const COMMA = 0x2c;

/**
 * Audit tables as mysqlbinlog_flashback makes them, with the place of each change: a row a row change, old values in
 * `bfr_` columns and new ones in `aft_` columns. CREATE TABLE stands before the first row of each, in each output.
 */
export class KeepDataWriter implements ChangeWriter {
  readonly tally: StatementTally = { statements: 0, longest: 0 };
  readonly #index: BinlogIndex;
  readonly #out: ByteText;
  readonly #tables: KeptTables;
  readonly #session: Session;
  readonly #moment: Moment;
  readonly #placeOf: (event: number) => RowPlace;
  /** Audit tables that this output has made. */
  readonly #created = new Set<string>();
  /** Has the transaction in hand begun, which it does before its first row? */
  #isOpen = false;
  #table: KeptTable | undefined;
  #head: Uint8Array = new Uint8Array(0);
  #tail: Uint8Array = new Uint8Array(0);

  /**
   * @param timeZone of `op_datetime` and comments; default the machine's
   * @throws BinflashError `USAGE` for an unknown time zone
   */
  constructor(index: BinlogIndex, out: ByteText, tables: KeptTables, timeZone: string | undefined) {
    this.#index = index;
    this.#out = out;
    this.#tables = tables;
    this.#session = new Session(out);
    this.#moment = moments(timeZone);
    this.#placeOf = rowPlaces(index, timeZone);
  }

  open(): void {
    this.#session.open();
    this.#created.clear();
  }

  begin(transaction: number): void {
    this.#out.utf8(transactionLine(this.#index, transaction, this.#moment));
    this.#isOpen = false;
  }

  event({ number, table, shape }: ChangedEvent): void {
    const kept = this.#tables.of(table);
    this.#table = kept;
    if (!this.#created.has(kept.create)) {
      this.#created.add(kept.create);
      // It would commit what is open without a word.
      this.end();
      this.#out.utf8(kept.create);
    }
    const { time, file, position, gtid } = this.#placeOf(number);
    this.#head = Buffer.from(`${kept.insert[shape.kind]}'${shape.kind}','${time}'`);
    const told = gtid === undefined ? 'NULL' : `'${gtid}'`;
    this.#tail = Buffer.from(`,${fileLiteral(file)},${position},${told});\n`);
  }

  row(_: ChangedEvent, { before, after }: RowChange): void {
    const out = this.#out;
    const kept = this.#table!;
    const lenient = needsLenient(kept, before) || needsLenient(kept, after);
    if (!this.#isOpen) out.ascii('BEGIN;\n');
    this.#isOpen = true;
    if (lenient) this.#session.beginLenient();
    const start = out.total;
    out.put(this.#head);
    if (before !== undefined) {
      for (const column of kept.columns) this.#value(kept, before, column);
    }
    if (after !== undefined) {
      for (const column of kept.columns)
        this.#value(kept, imageWith(column, before, after, kept.hidden)!, column);
    }
    out.put(this.#tail);
    this.tally.longest = Math.max(this.tally.longest, out.total - start);
    this.tally.statements++;
    if (lenient) this.#session.endLenient();
  }

  /** What the log does not hold is NULL. */
  #value({ columnSql }: KeptTable, { bytes, starts, ends }: RowImage, column: number): void {
    const out = this.#out;
    out.byte(COMMA);
    const start = starts[column]!;
    if (start >= 0) columnSql[column]!.store(out, bytes, start, ends[column]!);
    else out.ascii('NULL');
  }

  end(): void {
    if (this.#isOpen) this.#out.ascii('COMMIT;\n');
    this.#isOpen = false;
  }

  close(): void {
    this.#session.close();
  }
}

function needsLenient({ columns, columnSql }: KeptTable, image: RowImage | undefined): boolean {
  if (image === undefined) return false;
  for (const column of columns) {
    const start = image.starts[column]!;
    if (start >= 0 && columnSql[column]!.needsLenient?.(image.bytes, start, image.ends[column]!)) return true;
  }
  return false;
}

/** Names of binary logs are plain; one that is not is written as its bytes. */
function fileLiteral(name: string): string {
  return /^[ -~]*$/.test(name) && !/['\\]/.test(name)
    ? `'${name}'`
    : `_utf8mb4 0x${Buffer.from(name).toString('hex').toUpperCase()}`;
}
