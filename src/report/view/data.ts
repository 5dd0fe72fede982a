import type { Selection } from '../../select/selection.ts';
import type { Zone } from './time.ts';

/** Rows inserted, updated and deleted. */
export type Counts = readonly [insert: number, update: number, remove: number];

export const INSERT = 0;
export const UPDATE = 1;
export const DELETE = 2;

/** A selection as JSON holds it: XIDs have 64 bits and are text there. */
export type PlainSelection = Omit<Selection, 'xids'> & { readonly xids?: readonly string[] };

/** One of the transactions that the page lists. */
export interface ListedTransaction {
  /** Index in {@link ReportData.files}. */
  readonly file: number;
  readonly start: number;
  readonly end: number;
  /** Unix seconds of its first change, or of the XA COMMIT that made it count, and of its last. */
  readonly first: number;
  readonly last: number;
  readonly gtid?: string | undefined;
  readonly thread?: number | undefined;
  /** Selected rows, wherever in time. */
  readonly rows: Counts;
  /** Indexes in {@link ReportData.tables}, the most changed one first; not all when there are many. */
  readonly tables: readonly number[];
  /** How many more there are. */
  readonly moreTables?: number | undefined;
  /** What its first statements were, cut, where the log holds them. */
  readonly statements: readonly string[];
  readonly moreStatements?: number | undefined;
  /** Undoes it; undefined where no options mean it alone. */
  readonly command?: string | undefined;
  /** Why it is not like the others; in relay logs, a part of it may be in a file that was not read. */
  readonly mark?: 'never committed' | 'not complete' | undefined;
}

/** Something that an undo is refused for. */
export interface Reason {
  /** Unix seconds; undefined when it is not an event's. */
  readonly time?: number | undefined;
  readonly place: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** The tables that it concerns, each `schema.table`; undefined where it may be any. */
  readonly tables?: readonly string[] | undefined;
}

/**
 * All that the page shows, as it is embedded in it. Time is cut into `count` buckets of `width` seconds; arrays
 * without further word hold a number for each.
 */
export interface ReportData {
  /** Unix seconds at which bucket 0 begins. */
  readonly origin: number;
  readonly width: number;
  readonly count: number;
  readonly zone: Zone;
  /** Unix seconds of the first and the last change. */
  readonly span: readonly [first: number, last: number];
  readonly files: readonly string[];
  /** Whose logs they are, "MySQL 9.7.0". */
  readonly server: string;
  readonly written: number;
  /** By kind, by bucket. */
  readonly rows: readonly [readonly number[], readonly number[], readonly number[]];
  /** How many transactions have their first and their last change in each bucket. */
  readonly begun: readonly number[];
  readonly ended: readonly number[];
  /** First and last file that hold changes of the bucket; -1 for none. */
  readonly firstFile: readonly number[];
  readonly lastFile: readonly number[];
  /** `schema.table` as people read it, the most changed first; see {@link otherTables}. */
  readonly tables: readonly string[];
  /** The same as patterns of `--table` that mean just that one. */
  readonly patterns: readonly string[];
  /** Those with selected changes whose rows cannot be counted: these are on no page. */
  readonly uncounted: readonly string[];
  /** When not 0, the last of {@link tables} stands for so many. */
  readonly otherTables: number;
  /** By bucket, four numbers for each table that changed in it: its index and its {@link Counts}. */
  readonly byTable: readonly (readonly number[])[];
  readonly transactions: readonly ListedTransaction[];
  /** By bucket, four numbers for each of its largest transactions: index in {@link transactions}, {@link Counts}. */
  readonly largest: readonly (readonly number[])[];
  readonly reasons: readonly Reason[];
  /** Are there more reasons than are listed? */
  readonly moreReasons: boolean;
  readonly select: PlainSelection;
  /** Further options that commands need, with their values. */
  readonly options: readonly (readonly [option: string, value: string])[];
}

/** Buckets `[from, to)`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What is looked at. */
export interface View {
  readonly span: Span;
  /** By kind: is it looked at? */
  readonly kinds: readonly [boolean, boolean, boolean];
  /** Index of the only table looked at, or undefined. */
  readonly table: number | undefined;
}

/** Everything. */
export function wholeView(data: ReportData): View {
  return { span: { from: 0, to: data.count }, kinds: [true, true, true], table: undefined };
}

export function isWhole({ count }: ReportData, { from, to }: Span): boolean {
  return from === 0 && to === count;
}

/** Unix seconds at which a bucket begins. */
export function bucketStart({ origin, width }: ReportData, bucket: number): number {
  return origin + bucket * width;
}
