import type { BinlogIndex } from '../../scan/binlog-index.ts';
import { moments } from '../../select/moments.ts';

/** When and where a change was made. */
export interface RowPlace {
  /** `2026-11-21 03:00:00`: when its statement began, on the clock of the time zone asked for. */
  readonly time: string;
  /** The binary log's name, as SHOW BINARY LOGS has it. */
  readonly file: string;
  /** Where the rows event begins, or the compressed event that holds it. */
  readonly position: number;
  readonly gtid: string | undefined;
}

/** Tells of rows events when and where they are. @throws BinflashError `USAGE` for an unknown time zone */
export function rowPlaces(index: BinlogIndex, zone: string | undefined): (event: number) => RowPlace {
  const { events, transactions, files } = index;
  const moment = moments(zone);
  const names = files.map(({ path }) => baseName(path));
  return (event) => {
    const transaction = events.transaction.get(event);
    return {
      time: moment(events.timestamp.get(event)).slice(0, CLOCK),
      file: names[events.file.get(event)]!,
      position: events.fileOffset(event),
      gtid: transactions.gtid(transaction),
    };
  };
}

/** Length of a moment without its offset. */
const CLOCK = 19;

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
