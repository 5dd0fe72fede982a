import type { BinflashError } from '../errors.ts';
import type { Plan } from '../flashback/plan.ts';
import { MAX_REFUSALS } from '../flashback/refusals.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { timeOf } from './selected-events.ts';
import type { Reason } from './view/data.ts';

/** Most reasons that a page lists. */
const MOST_REASONS = 300;

/** Why not everything selected can be undone, in the order of time. */
export function listReasons(
  index: BinlogIndex,
  { refusals }: Pick<Plan, 'refusals'>,
): { reasons: Reason[]; moreReasons: boolean } {
  const times = new Times(index);
  const reasons = refusals.slice(0, MOST_REASONS).map((error): Reason => {
    const { file, offset, eventType, table, message, hint } = error;
    const place = [file === undefined || offset === undefined ? file : `${file}:${offset}`, eventType];
    return {
      time: times.of(error),
      place: place.filter((part) => part !== undefined).join(', '),
      message,
      hint,
      table,
    };
  });
  reasons.sort((a, b) => (a.time ?? 0) - (b.time ?? 0));
  return { reasons, moreReasons: refusals.length > reasons.length || refusals.length >= MAX_REFUSALS };
}

/** Finds out when the event was of which an error tells file and offset. */
class Times {
  readonly #index: BinlogIndex;
  readonly #obstacles: Map<string, number>;

  constructor(index: BinlogIndex) {
    this.#index = index;
    this.#obstacles = new Map(
      index.obstacles.map(({ file, offset, timestamp }) => [`${file}:${offset}`, timestamp]),
    );
  }

  of({ file, offset }: BinflashError): number | undefined {
    const { files } = this.#index;
    const number = files.findIndex(({ path }) => path === file);
    if (number < 0 || offset === undefined) return undefined;
    return this.#obstacles.get(`${number}:${offset}`) ?? this.#eventTime(number, offset);
  }

  /** The time of the first rows event at or after a place, or else of the transaction around it. */
  #eventTime(file: number, offset: number): number | undefined {
    const { transactions, events } = this.#index;
    let [low, high] = [0, transactions.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const before =
        transactions.file[middle]! < file ||
        (transactions.file[middle] === file && transactions.end[middle]! <= offset);
      if (before) low = middle + 1;
      else high = middle;
    }
    if (low === transactions.length) return undefined;
    const first = transactions.firstEvent[low]!;
    for (let event = first; event < first + transactions.eventCount[low]!; event++) {
      if (events.fileOffset(event) >= offset) return timeOf(this.#index, event);
    }
    return transactions.beginTime[low];
  }
}
