import type { ChangeKind } from '../binlog/rows.ts';
import { BinflashError } from '../errors.ts';
import type { BinlogIndex, Obstacle } from '../scan/binlog-index.ts';
import { NO_THREAD } from '../scan/transaction-table.ts';
import { divideFilter, filterSchema, filterTable } from './filter-text.ts';
import { containsGtid, type GtidSet, parseGtidSet } from './gtid-set.ts';
import {
  compileName,
  compileSchema,
  compileTable,
  type NameTest,
  splitList,
  type TableTest,
} from './patterns.ts';

/** A place in the files of an index. */
export interface FilePlace {
  /** Number of the file. */
  readonly file: number;
  /** Byte offset in it. */
  readonly offset: number;
}

/** Which row changes are meant; what is left out restricts nothing. All conditions must hold. */
export interface Selection {
  /** Database patterns (`*`, `?`). */
  readonly databases?: readonly string[] | undefined;
  /** `db.table` patterns. */
  readonly tables?: readonly string[] | undefined;
  readonly excludeTables?: readonly string[] | undefined;
  /** Byte offset in the first file, at which the first selected event may begin. */
  readonly startPosition?: number | undefined;
  /** Byte offset in the last file, at or after which no selected event begins. */
  readonly stopPosition?: number | undefined;
  /** Unix seconds: selected events are stamped at or after this. */
  readonly startDatetime?: number | undefined;
  /** Unix seconds: selected events are stamped before this. */
  readonly stopDatetime?: number | undefined;
  readonly includeGtids?: readonly string[] | undefined;
  readonly excludeGtids?: readonly string[] | undefined;
  readonly types?: readonly ChangeKind[] | undefined;
  readonly threadIds?: readonly number[] | undefined;
  readonly serverIds?: readonly number[] | undefined;
  readonly xids?: readonly bigint[] | undefined;
  /**
   * Row filters, `db.table: condition` or a condition for every table; a row is selected when one of them is true.
   * The {@link Selector} knows their tables; rows are tested by a `RowFilter` (src/where/row-filter.ts).
   */
  readonly where?: readonly string[] | undefined;
  /** At or after this place of any file, as {@link startPosition} is for the first. For those who have an index. */
  readonly from?: FilePlace | undefined;
  /** Before this place of any file, as {@link stopPosition} is for the last. */
  readonly to?: FilePlace | undefined;
}

/** A selection made ready for one index. */
export class Selector {
  readonly #index: BinlogIndex;
  readonly #selection: Selection;
  /** By shape, once asked for: may its events be selected? The index may still grow. */
  readonly #shapes: boolean[] = [];
  readonly #tests: readonly TableTest[];
  /** The database halves of {@link #tests}. */
  readonly #schemas: readonly NameTest[];
  readonly #excluded: readonly TableTest[];
  readonly #databases: readonly NameTest[];
  /** The tables of row filters, and their database halves; a filter without a table matches all. */
  readonly #filtered: readonly TableTest[];
  readonly #filteredSchemas: readonly NameTest[];
  readonly #include: GtidSet | undefined;
  readonly #exclude: GtidSet | undefined;
  readonly #lastFile: number;

  /**
   * `fileCount` is for an index that still grows: it does not know how many files there will be.
   *
   * @throws BinflashError `USAGE` for patterns and GTID sets that do not parse
   */
  constructor(index: BinlogIndex, selection: Selection, fileCount: number = index.files.length) {
    this.#index = index;
    this.#selection = selection;
    this.#lastFile = fileCount - 1;
    for (const [name, list] of Object.entries(selection)) {
      // An empty list would select everything, which nobody means who restricts.
      if (Array.isArray(list) && list.every((item) => /^[\s,]*$/.test(String(item)))) {
        throw new BinflashError('USAGE', `the list of ${name} is empty`);
      }
    }
    this.#databases = splitList(selection.databases).map(compileName);
    this.#tests = splitList(selection.tables).map((pattern) => compileTable('--table', pattern));
    this.#schemas = splitList(selection.tables).map((pattern) => compileSchema(pattern));
    this.#excluded = splitList(selection.excludeTables).map((pattern) =>
      compileTable('--exclude-table', pattern),
    );
    const filtered = (selection.where ?? []).map(divideFilter);
    this.#filtered = filtered.map(filterTable);
    this.#filteredSchemas = filtered.map(filterSchema);
    this.#include = gtids('--include-gtids', selection.includeGtids);
    this.#exclude = gtids('--exclude-gtids', selection.excludeGtids);
    this.checkThreads();
  }

  /**
   * A filter on something that the log does not tell would silently match nothing. To be asked again when an index
   * has grown and nothing was selected.
   *
   * @throws BinflashError `UNSUPPORTED` where no transaction with row changes has a thread id
   */
  checkThreads(): void {
    if (this.#selection.threadIds === undefined) return;
    const { transactions, files } = this.#index;
    for (let i = 0; i < transactions.length; i++) {
      if (transactions.eventCount.get(i) > 0 && transactions.threadId.get(i) !== NO_THREAD) return;
    }
    if (this.#index.events.length === 0) return;
    throw new BinflashError('UNSUPPORTED', '--thread-id cannot be used: the log does not tell thread ids', {
      file: files[0]?.path,
      hint: 'MariaDB before 11.5 does not log them with row changes. Select by time, position or GTID instead.',
    });
  }

  /** Patterns and GTID sources that match nothing in the files: typing errors, most likely. */
  unmatched(): string[] {
    const { tables, transactions } = this.#index;
    const selection = this.#selection;
    const warnings: string[] = [];
    const check = (option: string, patterns: readonly string[], tests: readonly TableTest[]): void => {
      for (const [i, pattern] of patterns.entries()) {
        if (tables.some(({ schema, name }) => tests[i]!(schema, name))) continue;
        warnings.push(`${option} ${pattern} matches no table with row changes in these files`);
      }
    };
    const databases = this.#databases.map(
      (test): TableTest =>
        (schema) =>
          test(schema),
    );
    check('--database', splitList(selection.databases), databases);
    check('--table', splitList(selection.tables), this.#tests);
    check('--exclude-table', splitList(selection.excludeTables), this.#excluded);
    check('--where', selection.where ?? [], this.#filtered);
    for (const [option, set] of [
      ['--include-gtids', this.#include],
      ['--exclude-gtids', this.#exclude],
    ] as const) {
      for (const source of set?.keys() ?? []) {
        if (!transactions.gtidSources.includes(source))
          warnings.push(`${option}: no transaction here has a GTID of ${source}`);
      }
    }
    return warnings;
  }

  /** May changes of this table be selected? */
  hasTable(schema: string, table: string): boolean {
    return (
      (this.#databases.length === 0 || this.#databases.some((test) => test(schema))) &&
      (this.#tests.length === 0 || this.#tests.some((test) => test(schema, table))) &&
      (this.#filtered.length === 0 || this.#filtered.some((test) => test(schema, table))) &&
      !this.#excluded.some((test) => test(schema, table))
    );
  }

  /**
   * May a statement that names this table mean a selected one? Whether case counts depends on the server,
   * so it does not here, and what is excluded must be named exactly.
   */
  mayMeanTable(schema: string, table: string): boolean {
    return (
      this.mayMeanDatabase(schema) &&
      (this.#tests.length === 0 || this.#tests.some((test) => test(schema, table, true))) &&
      (this.#filtered.length === 0 || this.#filtered.some((test) => test(schema, table, true))) &&
      !this.#excluded.some((test) => test(schema, table))
    );
  }

  /** May a statement that names this database reach selected tables? See {@link mayMeanTable}. */
  mayMeanDatabase(schema: string): boolean {
    return (
      (this.#databases.length === 0 || this.#databases.some((test) => test(schema, true))) &&
      (this.#tests.length === 0 || this.#schemas.some((test) => test(schema, true))) &&
      (this.#filtered.length === 0 || this.#filteredSchemas.some((test) => test(schema, true)))
    );
  }

  /** Is this rows event selected? {@link hasTransaction} is asked apart, once a transaction. */
  hasEvent(event: number): boolean {
    const { events, transactions } = this.#index;
    if (!this.#hasShape(events.shape.get(event))) return false;
    const transaction = events.transaction.get(event);
    const decided = transactions.decidedOffset.get(transaction);
    // A two-phase XA transaction took effect with its XA COMMIT, wherever its rows stand.
    if (decided > 0) {
      return this.#inRange(
        transactions.decidedFile.get(transaction),
        decided,
        transactions.decidedTime.get(transaction),
      );
    }
    return this.#inRange(events.file.get(event), events.fileOffset(event), events.timestamp.get(event));
  }

  #hasShape(shape: number): boolean {
    let selected = this.#shapes[shape];
    if (selected === undefined) {
      const { table, kind } = this.#index.shapes[shape]!;
      selected = this.hasTable(table.schema, table.name) && (this.#selection.types?.includes(kind) ?? true);
      this.#shapes[shape] = selected;
    }
    return selected;
  }

  hasTransaction(transaction: number): boolean {
    const { transactions } = this.#index;
    const { threadIds, serverIds, xids } = this.#selection;
    if (threadIds && !threadIds.includes(transactions.threadId.get(transaction))) return false;
    if (serverIds && !serverIds.includes(transactions.serverId.get(transaction))) return false;
    if (xids && !xids.includes(transactions.xid.get(transaction))) return false;
    // A two-phase XA transaction has one GTID for its rows and one for its XA COMMIT; either of them means it.
    const decidedBy = transactions.decidedBy.get(transaction);
    const has = (set: GtidSet): boolean =>
      this.#hasGtid(set, transaction) || (decidedBy >= 0 && this.#hasGtid(set, decidedBy));
    if (this.#include && !has(this.#include)) return false;
    return !(this.#exclude && has(this.#exclude));
  }

  /**
   * Is an obstacle inside what position, time and transaction filters select, whatever tables it touches?
   * What the log does not tell of it (the connection of a compressed transaction, say) counts as matching.
   */
  covers(obstacle: Obstacle): boolean {
    if (!this.#inRange(obstacle.file, obstacle.offset, obstacle.timestamp)) return false;
    const { threadIds, serverIds, xids } = this.#selection;
    const { transaction, threadId } = obstacle;
    if (serverIds && !serverIds.includes(obstacle.serverId)) return false;
    const thread = threadId === NO_THREAD ? this.#threadOf(transaction) : threadId;
    if (threadIds && thread !== NO_THREAD && !threadIds.includes(thread)) return false;
    const xid = transaction < 0 ? 0n : this.#index.transactions.xid.get(transaction);
    // A statement outside of transactions has no XID that could be meant; what is unsupported may hide one.
    if (xids && !xids.includes(xid) && (xid !== 0n || obstacle.kind === 'statement')) return false;
    if (this.#include && !(transaction >= 0 && this.#hasGtid(this.#include, transaction))) return false;
    return !(this.#exclude && transaction >= 0 && this.#hasGtid(this.#exclude, transaction));
  }

  #threadOf(transaction: number): number {
    return transaction < 0 ? NO_THREAD : this.#index.transactions.threadId.get(transaction);
  }

  #inRange(file: number, offset: number, timestamp: number): boolean {
    const { startPosition, stopPosition, startDatetime, stopDatetime, from, to } = this.#selection;
    if (startPosition !== undefined && file === 0 && offset < startPosition) return false;
    if (stopPosition !== undefined && file === this.#lastFile && offset >= stopPosition) return false;
    if (from !== undefined && isBefore(file, offset, from)) return false;
    if (to !== undefined && !isBefore(file, offset, to)) return false;
    if (startDatetime !== undefined && timestamp < startDatetime) return false;
    return stopDatetime === undefined || timestamp < stopDatetime;
  }

  #hasGtid(set: GtidSet, transaction: number): boolean {
    const { transactions } = this.#index;
    const source = transactions.gtidSource.get(transaction);
    return (
      source > 0 &&
      containsGtid(set, transactions.gtidSources[source - 1]!, transactions.gtidSequence.get(transaction))
    );
  }
}

function isBefore(file: number, offset: number, place: FilePlace): boolean {
  return file < place.file || (file === place.file && offset < place.offset);
}

function gtids(option: string, texts: readonly string[] | undefined): GtidSet | undefined {
  return texts === undefined ? undefined : parseGtidSet(option, texts);
}
