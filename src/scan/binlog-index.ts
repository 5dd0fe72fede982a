import type { EventCipher } from '../binlog/encryption/event-cipher.ts';
import type { FormatDescription } from '../binlog/format-description.ts';
import type { GtidsBefore } from '../binlog/previous-gtids.ts';
import type { TableDefinition } from '../binlog/table-map.ts';
import type { PageStore } from '../io/page-store.ts';
import type { DigitsSearch } from './digits-search.ts';
import type { EventTable } from './event-table.ts';
import type { GtidsSeen } from './gtid-trail.ts';
import type { LogMark } from './log-mark.ts';
import type { ObstacleTable } from './obstacle-table.ts';
import type { Shape } from './shapes.ts';
import type { StatementEffect } from './statement.ts';
import type { TextTable } from './text-table.ts';
import type { ToldDigits } from './told-digits.ts';
import type { TransactionTable } from './transaction-table.ts';

/** One of the logs in a file: the only one, or one of several that were written one behind the other (`cat`). */
export interface LogSummary {
  /** Where it begins, with its magic. */
  readonly offset: number;
  /** Its first FORMAT_DESCRIPTION. */
  readonly format: FormatDescription;
  /** The file that ROTATE says comes next. */
  nextFile: string | undefined;
  /** Is the last event ROTATE or STOP? */
  endsClosed: boolean;
  /** The GTIDs of all logs before it, where it says them; and up to which it leads itself. */
  gtidsBefore: GtidsBefore | undefined;
  gtidsSeen: GtidsSeen;
  /** The server's setting by which it is encrypted: `binlog_encryption` is MySQL's, of whole logs, the other one MariaDB's. */
  encryption: 'binlog_encryption' | 'encrypt_binlog' | undefined;
  /** Decrypts the events that MariaDB has encrypted, those behind START_ENCRYPTION, the first of which stands at `from`. */
  encrypted: { readonly from: number; readonly cipher: EventCipher } | undefined;
  /** Tells it from others that hold a transaction, see {@link LogMark}. */
  mark: number | undefined;
}

/** What one file is, from a scan of all of it. */
export interface FileSummary {
  readonly path: string;
  readonly size: number;
  /**
   * That of the source's events, the last one where there are several: a relay log begins with one of its replica. It
   * is the replica's own where the source has sent nothing yet, in this file and those before it.
   */
  format: FormatDescription;
  /** All of them, and where they begin: each is in force up to the next, see {@link formatAt}. */
  readonly formats: { readonly offset: number; readonly format: FormatDescription }[];
  /** Number of events by type code. */
  readonly events: Float64Array;
  /** Earliest and latest event timestamp, Unix seconds; 0 when the file has no events but FORMAT_DESCRIPTION. */
  firstTime: number;
  lastTime: number;
  readonly logs: LogSummary[];
  /** Of a relay log: of which of the source's files the events are, each from an offset on. */
  readonly sourceFiles: SourceFile[];
  /** Where the scan ended: the size, or the transaction boundary at or after `--stop-position`. */
  scannedTo: number;
  /** What stands behind that in a file that its server had not closed: an event of which only the beginning was written. */
  tornBytes: number;
}

/** One of the source's files, as a ROTATE names it at `offset` of a relay log. */
export interface SourceFile {
  readonly offset: number;
  readonly name: string;
  /** Does it go on from there, rather than begin? */
  readonly isMiddle: boolean;
}

/** The format of the event at `offset` of a file. */
export function formatAt({ formats }: FileSummary, offset: number): FormatDescription {
  let at = formats.length - 1;
  while (at > 0 && formats[at]!.offset > offset) at--;
  return formats[at]!.format;
}

/** The log that a file ends with. */
export function lastLog({ logs }: FileSummary): LogSummary {
  return logs.at(-1)!;
}

/** Of which of the source's files the event at `offset` of a relay log is, where that is told. */
export function sourceFileAt({ sourceFiles }: FileSummary, offset: number): SourceFile | undefined {
  return sourceFiles.findLast((source) => source.offset <= offset);
}

/** Did a replica write it, of what it was sent? Positions in its events are those of the source. */
export function isRelayLog({ formats }: FileSummary): boolean {
  return formats[0]!.format.isRelay;
}

/** Something in the log that is not a row change and that an undo may have to stop for. */
export interface Obstacle {
  readonly kind:
    | 'statement'
    | 'incident'
    | 'unsupported'
    | 'rollback-to-savepoint'
    | 'xa-commit'
    /** Rows of a statement whose TABLE_MAP is in a relay log that was not read. */
    | 'rest';
  readonly file: number;
  readonly offset: number;
  readonly end: number;
  readonly timestamp: number;
  readonly serverId: number;
  /** Of the connection that ran a statement, else NO_THREAD. */
  readonly threadId: number;
  readonly eventType: string;
  /** The transaction it is in, or -1. */
  readonly transaction: number;
  /** How many rows events came before it: its place in the order of changes. */
  readonly eventsBefore: number;
  /** The beginning of the statement, or what the server says of an incident, in one line. */
  readonly text: string;
  readonly effect: StatementEffect;
}

/** All that the other rooms know about the files: made by one scan, bodies left out. */
export interface BinlogIndex {
  readonly files: readonly FileSummary[];
  readonly transactions: TransactionTable;
  readonly events: EventTable;
  /** The statements that made rows events, where the log holds their texts. */
  readonly texts: TextTable;
  readonly shapes: readonly Shape[];
  readonly tables: readonly TableDefinition[];
  readonly obstacles: ObstacleTable;
  /** What the rows say of temporal columns whose precision is not in the log. */
  readonly digits: DigitsSearch;
  /** Where they contradict what is told of that: the rows of such events are not counted. */
  readonly toldDigits: ToldDigits;
  /** Keeps what does not fit into the memory of the tables, for them and for who makes lists of their numbers. */
  readonly pages: PageStore;
}

/** Is this a statement that stands alone, without the GTID that makes a group of it (MySQL before 5.7.6)? */
export function isGroupOfItsOwn({ kind, transaction }: Obstacle): boolean {
  return kind === 'statement' && transaction < 0;
}
