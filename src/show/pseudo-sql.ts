import { basename } from 'node:path';
import { padded } from '../binlog/columns/values/temporals.ts';
import { type TimeZone, timeZone } from '../binlog/columns/values/time-zone.ts';
import type { Flavour } from '../binlog/event-types.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { NO_THREAD } from '../scan/transaction-table.ts';
import type { TableDescription } from '../tables/description.ts';
import { ByteText } from '../wire/byte-text.ts';
import { safeText } from '../wire/safe-text.ts';
import type { ChangeFormatter, RowChange, ShownEvent, ShownStatement, TextSink } from './change-formatter.ts';
import { endingName } from './endings.ts';
import { eventHead, partitionLine, tableHead } from './pseudo-sql-head.ts';
import { type ShapePutter, SqlRows } from './pseudo-sql-rows.ts';
import { putOneLine } from './pseudo-sql-text.ts';

/**
 * Row changes as `mysqlbinlog -vv` prints them for people, every line a comment: there is nothing in it that a
 * client would run. Row lines, `###`, are the same to the byte but for what docs/mysqlbinlog-differences.md lists.
 */
export class PseudoSql implements ChangeFormatter {
  readonly #index: BinlogIndex;
  readonly #out: ByteText;
  readonly #zone: TimeZone;
  readonly #rows = new Map<Flavour, SqlRows>();
  /** Tables that have been told of. */
  readonly #told = new Set<TableDescription>();
  /** For the event in hand. */
  #putter: ShapePutter | undefined;

  /** @throws BinflashError `USAGE` for an unknown time zone */
  constructor(index: BinlogIndex, sink: TextSink, options: { readonly timeZone?: string | undefined }) {
    this.#index = index;
    this.#out = new ByteText((chunk) => sink.put(chunk));
    this.#zone = timeZone(options.timeZone);
  }

  transaction(transaction: number): void {
    const { transactions, files } = this.#index;
    const gtid = transactions.gtid(transaction);
    const thread = transactions.threadId.get(transaction);
    const xid = transactions.xid.get(transaction);
    const what = [
      safeText(basename(files[transactions.file.get(transaction)]!.path)),
      `${transactions.start.get(transaction)} to ${transactions.end.get(transaction)}`,
      gtid === undefined ? '' : `GTID ${gtid}`,
      thread === NO_THREAD ? '' : `thread_id=${thread}`,
      xid === 0n ? '' : `Xid = ${xid}`,
      endingName(transactions, transaction),
    ];
    this.#line(`# Transaction in ${what.filter((part) => part !== '').join(', ')}\n`);
  }

  statement({ bytes, start, end }: ShownStatement): void {
    this.#out.ascii('# ');
    putOneLine(bytes, start, end, this.#out);
    this.#out.ascii('\n');
  }

  event(event: ShownEvent): void {
    const { events, files } = this.#index;
    const { flavour } = files[events.file.get(event.number)]!.format;
    const rows = this.#rows.get(flavour) ?? new SqlRows(flavour);
    this.#rows.set(flavour, rows);
    this.#putter = rows.of(event.shape, event.table);
    if (!this.#told.has(event.table)) {
      this.#told.add(event.table);
      this.#line(tableHead(event.table, rows.columns(event.table)));
    }
    const { number } = event;
    const date = this.#date(events.timestamp.get(number));
    this.#line(eventHead(event, events.fileOffset(number), events.fileEnd(number), date));
    this.#line(partitionLine(event));
  }

  row(event: ShownEvent, change: RowChange): void {
    this.#putter!.put(event.bytes, change, this.#out);
  }

  unreadable(_: ShownEvent, why: string): void {
    this.#line(`# Rows that cannot be read: ${why}\n`);
  }

  end(): void {}

  flush(): void {
    this.#out.flush();
  }

  finish(): void {
    this.flush();
  }

  #line(text: string): void {
    const bytes = Buffer.from(text);
    this.#out.copy(bytes, 0, bytes.length);
  }

  /** As mysqlbinlog has it: `261121  3:00:00`. */
  #date(seconds: number): string {
    const local = new Date((seconds + this.#zone(seconds)) * 1000);
    const day = [local.getUTCFullYear() % 100, local.getUTCMonth() + 1, local.getUTCDate()];
    const hour = String(local.getUTCHours()).padStart(2, ' ');
    const clock = `${hour}:${padded(local.getUTCMinutes(), 2)}:${padded(local.getUTCSeconds(), 2)}`;
    return `${day.map((part) => padded(part, 2)).join('')} ${clock}`;
  }
}
