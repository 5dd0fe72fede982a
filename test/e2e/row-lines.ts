/** The `###` lines that mysqlbinlog -vv and we print, row by row. */
import type { BinflashError } from '../../src/errors.ts';
import { readIndex, withBinlogs } from '../../src/read/binlogs.ts';
import type { BinlogIndex } from '../../src/scan/binlog-index.ts';
import { Ending } from '../../src/scan/transaction-table.ts';
import { show } from '../../src/show/show.ts';
import type { RunningServer } from '../servers/index.ts';

/** The lines of one row, in latin1: a character a byte. */
export type RowLines = readonly string[];

const ROW = /^### (INSERT INTO|UPDATE|DELETE FROM) `/;
const PARTITION = /^### Extra row info/;

/** The rows in a program's output; what it says of partitions belongs to the row that follows. */
export function rowsIn(output: Buffer): RowLines[] {
  const rows: string[][] = [];
  let partition: string[] = [];
  for (const line of output.toString('latin1').split('\n')) {
    if (!line.startsWith('###')) continue;
    if (PARTITION.test(line)) partition = [line];
    else if (ROW.test(line)) {
      rows.push([...partition, line]);
      partition = [];
    } else rows.at(-1)!.push(line);
  }
  return rows;
}

/** What the server's own program prints of a log. */
export async function programRows(server: RunningServer, file: string): Promise<RowLines[]> {
  const { code, stdout, stderr } = await server.mysqlbinlog(['--base64-output=decode-rows', '-vv', file]);
  if (code !== 0) throw new Error(`mysqlbinlog ended with ${code}: ${stderr}`);
  return rowsIn(stdout);
}

export interface OurRows {
  /** Were they shown in another order? */
  readonly reordered: boolean;
  /** By rows event. */
  readonly events: readonly RowLines[][];
  /** Rows that the server took back, which are not shown. */
  readonly takenBack: number;
}

/** What `show --sql` prints of it, in the order of the file, in which mysqlbinlog prints. */
export async function ourRows(file: string): Promise<OurRows> {
  const pieces: Buffer[] = [];
  const write = async (piece: string | Uint8Array): Promise<void> => {
    pieces.push(Buffer.from(piece as Uint8Array));
  };
  await show({ inputs: [file], format: 'sql', write }).catch((error: BinflashError) => {
    if (error.code !== 'NO_MATCH') throw error;
  });
  const events = Buffer.concat(pieces)
    .toString('latin1')
    .split(/^# at /m)
    .slice(1);
  const position = (text: string): number => Number.parseInt(text, 10);
  // Prepared transactions are shown where they are committed.
  const reordered = events.some((text, i) => i > 0 && position(events[i - 1]!) > position(text));
  events.sort((one, other) => position(one) - position(other));
  return {
    reordered,
    events: events.map((text) => rowsIn(Buffer.from(text, 'latin1'))),
    takenBack: await withBinlogs([file], {}, async (files) => takenBackRows(await readIndex(files, {}))),
  };
}

function takenBackRows({ transactions, events }: BinlogIndex): number {
  let rows = 0;
  for (let i = 0; i < transactions.length; i++) rows += transactions.takenBack.get(i);
  for (let i = 0; i < events.length; i++) {
    if (transactions.ending.get(events.transaction.get(i)) === Ending.XA_ROLLBACK) rows += events.rows.get(i);
  }
  return rows;
}
