import { statementTextStart } from '../binlog/statement-text.ts';
import type { BatchReader } from '../read/batch-reader.ts';
import { textPlaces } from '../read/places.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import type { NumberList } from '../scan/paged-column.ts';
import type { SelectedChanges } from './changes.ts';

/** A statement as far as it is shown. */
export interface StatementText {
  readonly text: string;
  /** Was the end left out? */
  readonly cut: boolean;
}

/** The settings that make servers log the texts of statements. */
export const TEXT_SETTINGS =
  'MySQL logs them with binlog_rows_query_log_events=ON, MariaDB with binlog_annotate_row_events=ON.';

/** The statement texts of a transaction's selected changes, each with how many rows it made. */
export function* textsOf(
  index: BinlogIndex,
  transaction: number,
  changes: SelectedChanges,
): Generator<readonly [text: number, rows: number]> {
  const { texts, events, transactions } = index;
  const end = transactions.firstEvent.get(transaction) + transactions.eventCount.get(transaction);
  for (
    let i = texts.firstOf(transaction);
    i < texts.length && texts.transaction.get(i) === transaction;
    i++
  ) {
    let rows = 0;
    let made = false;
    for (
      let event = texts.firstEvent.get(i);
      event < end && events.statement.get(event) === texts.statement.get(i);
      event++
    ) {
      rows += changes.rowsOf(event);
      made ||= changes.has(event);
    }
    if (made) yield [i, rows];
  }
}

/** Which of these texts, by their numbers in ascending order, contain what is looked for? Yields their places in the list. */
export async function* matchTexts(
  index: BinlogIndex,
  reader: BatchReader,
  numbers: NumberList,
  wanted: string,
): AsyncGenerator<number> {
  const test = containsTest(wanted);
  for await (const { first, last, events } of reader.read(textPlaces(index, numbers))) {
    for (let i = first; i <= last; i++) {
      events.open(i);
      const start = statementTextStart(events.bytes, events.start, events.end);
      if (test(decode(events.bytes, start, events.end))) yield i;
    }
  }
}

/** Reads the beginnings of texts, by their numbers in ascending order, `most` characters of each. */
export async function readTexts(
  index: BinlogIndex,
  reader: BatchReader,
  numbers: NumberList,
  most: number,
): Promise<Map<number, StatementText>> {
  const texts = new Map<number, StatementText>();
  for await (const { first, last, events } of reader.read(textPlaces(index, numbers))) {
    for (let i = first; i <= last; i++) {
      events.open(i);
      const start = statementTextStart(events.bytes, events.start, events.end);
      texts.set(numbers.get(i), beginning(events.bytes, start, events.end, most));
    }
  }
  return texts;
}

/** A character has at most four bytes; what is cut inside of one is left out. */
function beginning(bytes: Uint8Array, start: number, end: number, most: number): StatementText {
  let stop = Math.min(end, start + 4 * most + 4);
  while (stop < end && stop > start && (bytes[stop]! & 0xc0) === 0x80) stop--;
  const text = decode(bytes, start, stop);
  const cut = stop < end || text.length > most;
  return {
    text: cut
      ? Array.from(text.slice(0, 2 * most))
          .slice(0, most)
          .join('')
      : text,
    cut,
  };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Servers log a statement in the character set of its client, and not which one that is: it is UTF-8 wherever it can
 * be, and else Latin 1, which at least keeps every byte apart.
 */
function decode(bytes: Uint8Array, start: number, end: number): string {
  const view = bytes.subarray(start, end);
  try {
    return UTF8.decode(view);
  } catch {
    return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('latin1');
  }
}

/** Tells whether a text contains another one, whatever the letter case. */
function containsTest(wanted: string): (text: string) => boolean {
  const expression = new RegExp(wanted.replace(/[\\^$.*+?|()[\]{}/]/g, '\\$&'), 'iu');
  return (text) => expression.test(text);
}
