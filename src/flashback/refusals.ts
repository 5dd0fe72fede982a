import { EventCode, eventTypeName } from '../binlog/event-types.ts';
import { rowsType } from '../binlog/rows.ts';
import { isSequence, tableName } from '../binlog/table-map.ts';
import { BinflashError, type ErrorPlace } from '../errors.ts';
import { type BinlogIndex, isRelayLog } from '../scan/binlog-index.ts';
import { precisionContradicted, precisionHint } from '../scan/digits-search.ts';
import type { Shape } from '../scan/shapes.ts';
import { Ending } from '../scan/transaction-table.ts';
import { columnName, type Inversion } from './inversion.ts';
import { isCutOff } from './unclosed.ts';

/** What a user who knows may leave out instead of being refused; each has a flag `--skip-...`. */
export type Skippable = (typeof SKIPPABLE)[number];

/** Every {@link Skippable}. */
export const SKIPPABLE = [
  'ddl',
  'statements',
  'rolled-back',
  'unfinished',
  'sequences',
  'incidents',
  'prepared',
] as const;

/** All the reasons why a selection cannot be undone; the message is the first one's. */
export class RefusedError extends BinflashError {
  readonly refusals: readonly BinflashError[];

  constructor(refusals: readonly BinflashError[]) {
    const [first] = refusals;
    super(first!.code, first!.message, first!);
    this.refusals = refusals;
  }
}

/** More refusals than this are not kept: long before, the user has understood. */
export const MAX_REFUSALS = 1000;

/** Of something in the rest of a transaction. */
export function headlessError(
  { files }: BinlogIndex,
  {
    file,
    offset,
    eventType,
  }: { readonly file: number; readonly offset: number; readonly eventType?: string },
): BinflashError {
  return new BinflashError(
    'UNFINISHED',
    'is in the rest of a transaction: its beginning is in an earlier relay log, which is not among these',
    {
      file: files[file]!.path,
      offset,
      eventType,
      hint: 'Give that relay log too, or leave out what is there of this transaction with --skip-unfinished.',
    },
  );
}

/** Why the transaction's rows were never committed, or are not all there; undefined when neither. */
export function judgeEnding(
  index: BinlogIndex,
  transaction: number,
): { skippable?: Skippable; error: BinflashError } | undefined {
  const { transactions, files } = index;
  const file = transactions.file.get(transaction);
  const offset = transactions.start.get(transaction);
  const place = { file: files[file]!.path, offset };
  const ending = transactions.ending.get(transaction);
  if (transactions.headless.has(transaction) && ending !== Ending.ROLLBACK) {
    return { skippable: 'unfinished', error: headlessError(index, { file, offset }) };
  }
  switch (ending) {
    case Ending.ROLLBACK:
      return {
        skippable: 'rolled-back',
        error: new BinflashError('ROLLED_BACK', 'the transaction that begins here was rolled back', {
          ...place,
          hint: 'Its changes to transactional tables never took effect: leave it out with --skip-rolled-back.',
        }),
      };
    case Ending.PREPARED:
      return {
        skippable: 'prepared',
        error: new BinflashError(
          'UNFINISHED',
          'the XA transaction that begins here was prepared, but what was read holds neither its XA COMMIT nor its XA ROLLBACK',
          {
            ...place,
            hint: 'Add the later files (or move --stop-position behind it), or leave it out with --skip-prepared.',
          },
        ),
      };
    case Ending.OPEN:
      return {
        skippable: 'unfinished',
        error: isRelayLog(files[file]!)
          ? new BinflashError(
              'UNFINISHED',
              'the transaction that begins here has no COMMIT in what was read',
              {
                ...place,
                hint: "The source has committed it: its rest is in the next relay log, has yet to be received, or was lost. Add it, take the source's binary logs, or leave it out with --skip-unfinished.",
              },
            )
          : new BinflashError('UNFINISHED', 'the transaction that begins here has no COMMIT in this file', {
              ...place,
              hint: isCutOff(index, transaction)
                ? 'It is left out, for its server was writing it, or has crashed. If it has been committed since, copy the log again.'
                : 'The server never committed it: leave it out with --skip-unfinished.',
            }),
      };
    default:
      return undefined;
  }
}

/** The type by which messages call an event; MariaDB's version 1 and compressed types go by the plain names. */
function rowsTypeOf(shape: Shape): number {
  return shape.partial ? EventCode.PARTIAL_UPDATE_ROWS : rowsType(shape.kind, 2);
}

/** Why a rows event cannot be inverted, or undefined when it can. */
export function judgeRows(
  index: BinlogIndex,
  event: number,
  inversion: Inversion,
): { skippable?: Skippable; error: BinflashError } | undefined {
  const { events, files } = index;
  const shape = index.shapes[events.shape.get(event)]!;
  const file = files[events.file.get(event)]!;
  const place = {
    file: file.path,
    offset: events.fileOffset(event),
    eventType: eventTypeName(rowsTypeOf(shape), file.format.flavour),
    table: tableName(shape.table),
  };
  if (shape.kind === 'insert' && isSequence(shape.table, file.format.flavour)) {
    return {
      skippable: 'sequences',
      error: new BinflashError('SEQUENCE', 'the table is a sequence, and a sequence is not turned back', {
        ...place,
        hint: 'Leave sequences out with --skip-sequences, or this one with --exclude-table.',
      }),
    };
  }
  if (!shape.table.lengthsKnown) {
    return {
      error: new BinflashError(
        'UNSUPPORTED',
        'the table has TIME, DATETIME or TIMESTAMP columns in the format before MariaDB 10.1, whose precision is not in the log',
        { ...place, hint: precisionHint(index.digits, shape.table) },
      ),
    };
  }
  if (events.rows.get(event) === 0) return { error: precisionContradicted(index, shape.table).locate(place) };
  if (inversion.how === 'repeat') return undefined;
  if (inversion.how !== 'refuse') {
    return events.maybeReplace.get(event) === 1 ? { error: maybeReplace(shape, place) } : undefined;
  }
  const which =
    inversion.missing.length === 0 ? 'any column' : `column ${columnNames(shape, inversion.missing)}`;
  const what =
    shape.kind === 'insert' ? `${which} and a key that would do instead are` : `the old value of ${which} is`;
  return {
    error: new BinflashError('ROW_IMAGE', `${what} not in the log (binlog_row_image is not FULL)`, {
      ...place,
      hint:
        shape.kind === 'insert'
          ? 'If the columns that are there hold the primary key, give --schema or name it with --primary-key; else leave the table out with --exclude-table.'
          : 'These rows cannot be undone from this log. Leave the table out with --exclude-table, or the event out by position.',
    }),
  };
}

function columnNames({ table }: Shape, columns: readonly number[]): string {
  const names = columns.slice(0, 5).map((column) => columnName(table, column));
  return names.join(', ') + (columns.length > 5 ? ` and ${columns.length - 5} more` : '');
}

/** See {@link ReplaceDoubt}. */
function maybeReplace(shape: Shape, place: ErrorPlace): BinflashError {
  const there = new Set(shape.first.columns);
  const missing = [...shape.table.types.keys()].filter((column) => !there.has(column));
  return new BinflashError(
    'ROW_IMAGE',
    `this may be a REPLACE, of which MariaDB does not log the old value of column ${columnNames(shape, missing)} (binlog_row_image is not FULL)`,
    {
      ...place,
      hint: 'The log does not show a plain UPDATE or INSERT of this table alone. Leave the table out with --exclude-table, or the event out by position.',
    },
  );
}
