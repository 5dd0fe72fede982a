import type { BatchReader } from '../read/batch-reader.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { NumberList } from '../scan/paged-column.ts';
import type { SelectedChanges } from '../transactions/changes.ts';
import { readTexts, textsOf } from '../transactions/statements.ts';

/** What one transaction's statements were, as far as they made selected changes. */
export interface Statements {
  /** The beginnings of the first ones; what is cut ends in an ellipsis. */
  readonly texts: readonly string[];
  /** How many more texts the log holds. */
  readonly more: number;
}

/** Most statements that are told of one transaction. */
const MOST_STATEMENTS = 3;

/** Reads the statements of transactions, by transaction; those of which the log has none are left out. */
export async function readStatements(
  index: BinlogIndex,
  changes: SelectedChanges,
  reader: BatchReader,
  transactions: readonly number[],
  length: number,
): Promise<Map<number, Statements>> {
  const numbers = new Map<number, number[]>();
  for (const transaction of transactions) {
    const its = Array.from(textsOf(index, transaction, changes), ([text]) => text);
    if (its.length > 0) numbers.set(transaction, its);
  }
  const wanted = [...numbers.values()].flatMap((its) => its.slice(0, MOST_STATEMENTS));
  const texts = await readTexts(
    index,
    reader,
    NumberList.of(
      index.pages,
      wanted.sort((a, b) => a - b),
    ),
    length,
  );
  return new Map(
    Array.from(numbers, ([transaction, its]) => {
      const shown = its.slice(0, MOST_STATEMENTS).map((number) => texts.get(number)!);
      return [
        transaction,
        {
          texts: shown.map(({ text, cut }) => (cut ? `${text.trimEnd()}…` : text.trimEnd())),
          more: its.length - shown.length,
        },
      ];
    }),
  );
}
