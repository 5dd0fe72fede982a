import { tmpdir } from 'node:os';
import type { TableChanges } from '../flashback/plan.ts';
import { tornWarnings } from '../flashback/unclosed.ts';
import { BatchReader } from '../read/batch-reader.ts';
import { lookAtBinlogs, type ReadOptions, readIndex } from '../read/binlogs.ts';
import { Phase } from '../read/phase.ts';
import { type BinlogIndex, sourceFileAt } from '../scan/binlog-index.ts';
import { NumberList } from '../scan/paged-column.ts';
import { DEFAULT_WINDOW } from '../scan/scan.ts';
import { transactionSize } from '../scan/transaction-place.ts';
import { Ending, NO_THREAD } from '../scan/transaction-table.ts';
import type { RewriteRequest } from '../select/command-line.ts';
import { notUnderstoodWarnings } from '../select/not-understood.ts';
import { type Selection, Selector } from '../select/selection.ts';
import { TableDescriptions } from '../tables/description.ts';
import { RowFilter } from '../where/row-filter.ts';
import { selectRows } from '../where/select-rows.ts';
import { SelectedChanges } from './changes.ts';
import { largestText, type Ranking, type RankOptions, rank } from './ranking.ts';
import { stateOf, type TransactionState } from './state.ts';
import { readTexts, type StatementText, textsOf } from './statements.ts';
import { type UndoCommand, undoCommand } from './undo-command.ts';

export interface TransactionsOptions extends ReadOptions, RankOptions {
  /** Which row changes count. */
  readonly select?: Selection | undefined;
  /** What is known of tables besides what the log tells: for row filters, and for keys. */
  readonly descriptions?: TableDescriptions | undefined;
  /** Most characters of a statement (default 200). */
  readonly maxText?: number | undefined;
}

/** A transaction as people look at it; all numbers of rows are of the selected changes. */
export interface TransactionEntry {
  readonly file: string;
  /** Where it begins, with its GTID where it has one, and where it ends. */
  readonly start: number;
  readonly end: number;
  /** Of relay logs: the file in which it ends, where that is a later one. */
  readonly endFile: string | undefined;
  /** Of relay logs: the source's binary log, and where the transaction ends in it (mod 2^32), as far as they are told. */
  readonly source: { readonly file: string; readonly end: number } | undefined;
  readonly size: number;
  /** When it began, Unix seconds, and how long it took until it was committed. */
  readonly time: number;
  readonly duration: number;
  readonly state: TransactionState;
  readonly gtid: string | undefined;
  readonly threadId: number | undefined;
  readonly serverId: number;
  readonly xid: bigint | undefined;
  /** Where a two-phase XA transaction was committed or rolled back. */
  readonly decided: { readonly file: string; readonly position: number } | undefined;
  readonly rows: number;
  readonly insert: number;
  readonly update: number;
  readonly delete: number;
  /** Rows events of these changes whose rows cannot be counted; they are in no other number. */
  readonly uncountedEvents: number;
  readonly tables: readonly TableChanges[];
  /** The statement that made the most of the changes, where the log holds it; with `contains`, of those that do. */
  readonly statement: StatementText | undefined;
  /** How many statements made the changes, as far as the log holds their texts. */
  readonly statements: number;
}

/** The transactions that match, in order. */
export interface TransactionList extends Omit<Ranking, 'shown' | 'matched'> {
  readonly shown: number;
  /** Do the files hold any texts of statements? */
  readonly hasTexts: boolean;
  /** What there is to say of torn files, events that are not understood, and patterns that match nothing, see `Selector.unmatched`. */
  readonly unmatched: readonly string[];
  /** How the first one is undone, with further options. */
  undoFirst(options?: RewriteRequest['options']): UndoCommand;
  /** The listed ones, made while they are asked for, a group at a time. */
  entries(): AsyncGenerator<readonly TransactionEntry[]>;
}

/** Characters of a statement, if nothing else is said. */
const MAX_TEXT = 200;
/** Entries that are made at a time. */
const GROUP = 512;

/**
 * Finds transactions with selected row changes and hands the list to `use`, while the files are open. Nothing is kept
 * of a transaction but numbers, however many there are.
 *
 * @throws BinflashError `NO_MATCH` when there are none; and for what is damaged or cannot be read
 */
export function transactions<T>(
  inputs: readonly string[],
  options: TransactionsOptions,
  use: (list: TransactionList) => Promise<T>,
): Promise<T> {
  return lookAtBinlogs(inputs, options, async (files, pages) => {
    const { select = {}, descriptions = new TableDescriptions() } = options;
    const filter = new RowFilter(select.where, descriptions);
    const index = await readIndex(files, options, pages);
    const selector = new Selector(index, select);
    const mask = await selectRows(index, files, selector, filter, options);
    const changes = new SelectedChanges(index, selector, mask);
    const phase = new Phase('rank', options.onDebug);
    const reader = new BatchReader(index, files, {
      window: options.window ?? DEFAULT_WINDOW,
      spoolFolder: tmpdir(),
      signal: options.signal,
      waits: phase.waits,
    });
    const ranking = await rank(index, changes, reader, options);
    phase.end(0, () => [`${ranking.matching} transactions match, ${ranking.shown.length} are listed`]);
    const listing = new Phase('list', options.onDebug);
    const result = await use({
      ...ranking,
      shown: ranking.shown.length,
      hasTexts: index.texts.length > 0,
      unmatched: [
        ...tornWarnings(index),
        ...notUnderstoodWarnings(index, (obstacle) => selector.covers(obstacle)),
        ...selector.unmatched(),
      ],
      undoFirst: (more) => undoCommand(index, ranking.shown.get(0), { select, descriptions, mask, more }),
      entries: () => entries(index, changes, reader, ranking, options.maxText ?? MAX_TEXT),
    });
    listing.end(0);
    return result;
  });
}

async function* entries(
  index: BinlogIndex,
  changes: SelectedChanges,
  reader: BatchReader,
  { shown, matched }: Ranking,
  maxText: number,
): AsyncGenerator<readonly TransactionEntry[]> {
  for (let from = 0; from < shown.length; from += GROUP) {
    const group: { transaction: number; text: number }[] = [];
    for (let i = from; i < Math.min(from + GROUP, shown.length); i++) {
      const transaction = shown.get(i);
      group.push({ transaction, text: matched?.get(i) ?? largestText(index, changes, transaction) });
    }
    const numbers = group.map(({ text }) => text).filter((text) => text >= 0);
    numbers.sort((a, b) => a - b);
    const texts = await readTexts(index, reader, NumberList.of(index.pages, numbers), maxText);
    yield group.map(({ transaction, text }) => entryOf(index, changes, transaction, texts.get(text)));
  }
}

function entryOf(
  index: BinlogIndex,
  changes: SelectedChanges,
  transaction: number,
  statement: StatementText | undefined,
): TransactionEntry {
  const { transactions: all, files } = index;
  changes.count(transaction);
  const threadId = all.threadId.get(transaction);
  const xid = all.xid.get(transaction);
  const position = all.decidedOffset.get(transaction);
  const isSplit = all.endFile.get(transaction) !== all.file.get(transaction);
  let statements = 0;
  for (const _ of textsOf(index, transaction, changes)) statements++;
  return {
    file: files[all.file.get(transaction)]!.path,
    start: all.start.get(transaction),
    end: all.end.get(transaction),
    endFile: isSplit ? files[all.endFile.get(transaction)]!.path : undefined,
    source: sourceOf(index, transaction),
    size: transactionSize(index, transaction),
    time: changes.firstTime,
    duration: changes.lastTime - changes.firstTime,
    state: stateOf(index, transaction),
    gtid: all.gtid(transaction),
    threadId: threadId === NO_THREAD ? undefined : threadId,
    serverId: all.serverId.get(transaction),
    xid: xid === 0n ? undefined : xid,
    decided: position === 0 ? undefined : { file: files[all.decidedFile.get(transaction)]!.path, position },
    rows: changes.rows,
    insert: changes.insert,
    update: changes.update,
    delete: changes.delete,
    uncountedEvents: changes.uncounted,
    tables: changes.tables(transaction),
    statement,
    statements,
  };
}

function sourceOf({ transactions, files }: BinlogIndex, transaction: number): TransactionEntry['source'] {
  const { endFile, ending } = transactions;
  const end = ending.get(transaction) === Ending.OPEN ? 0 : transactions.sourceEnd.get(transaction);
  const source = sourceFileAt(files[endFile.get(transaction)]!, transactions.end.get(transaction) - 1);
  return source === undefined || end === 0 ? undefined : { file: source.name, end };
}
