import type { BinflashError } from '../errors.ts';
import type { Plan } from '../flashback/plan.ts';
import { MAX_REFUSALS } from '../flashback/refusals.ts';
import type { BinlogIndex, Obstacle } from '../scan/binlog-index.ts';
import { timeOf } from './selected-events.ts';
import type { Reason } from './view/data.ts';

/** Most reasons that a page lists. */
const MOST_REASONS = 300;

/** Why not everything selected can be undone, in the order of time. */
export function listReasons(
  index: BinlogIndex,
  { refusals }: Pick<Plan, 'refusals'>,
): { reasons: Reason[]; moreReasons: boolean } {
  const listed = refusals.slice(0, MOST_REASONS);
  const obstacles = obstaclesOf(index, listed);
  const reasons = listed.map((error): Reason => {
    const { file, offset, eventType, table, message, hint } = error;
    const place = [file === undefined || offset === undefined ? file : `${file}:${offset}`, eventType];
    const obstacle = obstacles.get(error);
    return {
      time: obstacle === undefined ? eventTime(index, error) : obstacle.timestamp,
      place: place.filter((part) => part !== undefined).join(', '),
      message,
      hint,
      tables: table !== undefined ? [table] : obstacle && tablesOf(obstacle),
    };
  });
  reasons.sort((a, b) => (a.time ?? 0) - (b.time ?? 0));
  return { reasons, moreReasons: refusals.length > reasons.length || refusals.length >= MAX_REFUSALS };
}

/** The obstacles that errors tell of. There may be millions of others. */
function obstaclesOf(index: BinlogIndex, errors: readonly BinflashError[]): Map<BinflashError, Obstacle> {
  const byOffset = new Map<number, BinflashError[]>();
  for (const error of errors) {
    if (error.offset === undefined) continue;
    const others = byOffset.get(error.offset);
    if (others === undefined) byOffset.set(error.offset, [error]);
    else others.push(error);
  }
  const found = new Map<BinflashError, Obstacle>();
  for (const obstacle of index.obstacles) {
    for (const error of byOffset.get(obstacle.offset) ?? []) {
      if (index.files[obstacle.file]!.path === error.file) found.set(error, obstacle);
    }
  }
  return found;
}

/** The tables that a statement is about, where it can be known that it is about no others. */
function tablesOf({ effect }: Obstacle): string[] | undefined {
  if (effect.kind === 'unknown' || effect.tables.length === 0 || effect.databases.length > 0)
    return undefined;
  return effect.tables.map(({ schema, name }) => `${schema}.${name}`);
}

/** The time of the first rows event at or after the place of an error, or else of the transaction around it. */
function eventTime(index: BinlogIndex, { file: path, offset }: BinflashError): number | undefined {
  const { files, transactions, events } = index;
  const file = files.findIndex((one) => one.path === path);
  if (file < 0 || offset === undefined) return undefined;
  let [low, high] = [0, transactions.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const before =
      transactions.endFile.get(middle) < file ||
      (transactions.endFile.get(middle) === file && transactions.end.get(middle) <= offset);
    if (before) low = middle + 1;
    else high = middle;
  }
  if (low === transactions.length) return undefined;
  const first = transactions.firstEvent.get(low);
  for (let event = first; event < first + transactions.eventCount.get(low); event++) {
    if (events.fileOffset(event) >= offset) return timeOf(index, event);
  }
  return transactions.beginTime.get(low);
}
