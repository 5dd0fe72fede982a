import type { ChangeKind, RowsVersion } from '../binlog/rows.ts';
import type { TableChanges } from '../flashback/plan.ts';

/** Row changes of one table, with where and when. */
export interface TableInspection extends TableChanges {
  readonly transactions: number;
  /** Bytes of its rows events. */
  readonly bytes: number;
  readonly firstTime: number;
  readonly lastTime: number;
}

/** The GTIDs of one source: a UUID, a UUID with a tag, or MariaDB's `domain-server`. */
export interface GtidSpan {
  readonly source: string;
  readonly first: bigint;
  readonly last: bigint;
  /** How many there are; between first and last there may be gaps. */
  readonly count: number;
}

/** Where something stands. */
export interface Spot {
  readonly file: string;
  /** Of the event in the file; of the packed event, where it is inside of one. */
  readonly offset: number;
}

export interface LargestTransaction extends Spot {
  readonly end: number;
  /** Of relay logs: the file in which it ends, where that is a later one. */
  readonly endFile: string | undefined;
  readonly bytes: number;
  readonly rows: number;
  readonly gtid: string | undefined;
}

/** A rows event; its bytes are those of the plain event, also where it is compressed. */
export interface LargestEvent extends Spot {
  readonly table: string;
  readonly kind: ChangeKind;
  readonly rows: number;
  readonly bytes: number;
}

/** One row in its rows event: of both images, in an UPDATE. */
export interface LargestRow extends Spot {
  readonly table: string;
  readonly kind: ChangeKind;
  readonly bytes: number;
}

/** What is in a file, or in all of them. Times are Unix seconds, 0 when there is no event with a time. */
export interface Contents {
  readonly size: number;
  readonly firstTime: number;
  readonly lastTime: number;
  readonly gtids: readonly GtidSpan[];
  /** Transactions with row changes, but for those that were rolled back by XA ROLLBACK. */
  readonly transactions: number;
  /** Groups of events without row changes. */
  readonly withoutRows: number;
  readonly rows: number;
  readonly insert: number;
  readonly update: number;
  readonly delete: number;
  /** Rows events whose rows cannot be counted; they are in no number of rows. */
  readonly uncountedEvents: number;
  /** Row changes that the server took back itself, by XA ROLLBACK or ROLLBACK TO SAVEPOINT; not in any other number. */
  readonly takenBack: number;
  readonly tables: readonly TableInspection[];
  /** Versions of rows events. */
  readonly rowsVersions: readonly RowsVersion[];
  /** Rows events whose images hold all columns, and others, by kind of change. */
  readonly rowImages: Readonly<Record<ChangeKind, { readonly full: number; readonly partial: number }>>;
  /** Definitions of changed tables with column names, with some metadata (signs, charsets), and with none. */
  readonly metadata: { readonly full: number; readonly minimal: number; readonly none: number };
  /** Texts of the statements that made row changes. */
  readonly statementTexts: number;
  /** Events that hold row changes in compressed form: their bytes in the file, and what they unpack to. */
  readonly compressed: { readonly events: number; readonly bytes: number; readonly unpacked: number };
  readonly largestTransaction: LargestTransaction | undefined;
  readonly largestEvent: LargestEvent | undefined;
  readonly largestRow: LargestRow | undefined;
  /** What is not a row change, counted: DDL, changes logged as statements, other statements, and the rest. */
  readonly statements: {
    readonly ddl: number;
    readonly changes: number;
    readonly unknown: number;
    readonly incidents: number;
    readonly unsupported: number;
  };
  /** Numbers of events by type name, those that occur. */
  readonly events: Readonly<Record<string, number>>;
}
