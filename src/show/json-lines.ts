import type { ColumnDecoder } from '../binlog/columns/values/value.ts';
import { ABSENT, type RowImage } from '../read/row-image.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { NO_THREAD } from '../scan/transaction-table.ts';
import { iso } from '../select/local-time.ts';
import { utf8 } from '../wire/cursor.ts';
import { safeJson } from '../wire/safe-text.ts';
import type { ChangeFormatter, RowChange, ShownEvent, ShownStatement, TextSink } from './change-formatter.ts';
import { DOUBT, Doubts } from './doubts.ts';
import { endingName } from './endings.ts';
import { jsonText } from './json-values.ts';

/** A statement stands in the object of each of its rows, so of a long one there is the beginning. */
const MOST_OF_STATEMENT = 1000;

/** Text of a row that is handed on before the row is complete. */
const LARGE = 1024 * 1024;

/** What an object says of the event that a row stands in. */
type EventInHand = Pick<ShownEvent, 'number' | 'table' | 'shape'>;

/** One JSON object a row change, line by line (docs/guide.md says what is in it). */
export class JsonLines implements ChangeFormatter {
  readonly #index: BinlogIndex;
  readonly #sink: TextSink;
  readonly #doubts: Doubts;
  readonly #tellsStatements: boolean;
  /** What the objects of a transaction, and of an event, have in common. */
  #transaction = '';
  #event = '';
  #statement = 'null';
  /** Which statement that is, for it may not be that of the next event. */
  #statementOf = -1;
  #isNewStatement = false;
  /** By shape: `"name":` of each column. */
  readonly #names: (readonly string[])[] = [];

  /** @param tellsStatements false for who does not read them: `null` would mean that the log does not have them */
  constructor(index: BinlogIndex, sink: TextSink, tellsStatements = true) {
    this.#index = index;
    this.#sink = sink;
    this.#tellsStatements = tellsStatements;
    this.#doubts = new Doubts(index);
  }

  transaction(transaction: number): void {
    const { transactions, files } = this.#index;
    const thread = transactions.threadId.get(transaction);
    const xid = transactions.xid.get(transaction);
    const decided = transactions.decidedOffset.get(transaction);
    const fields = {
      start: transactions.start.get(transaction),
      end: transactions.end.get(transaction),
      ending: endingName(transactions, transaction),
      doubt: this.#doubts.has(transaction) ? DOUBT : undefined,
      decided:
        decided === 0
          ? undefined
          : {
              file: files[transactions.decidedFile.get(transaction)]!.path,
              offset: decided,
              time: iso(transactions.decidedTime.get(transaction)),
            },
      gtid: transactions.gtid(transaction) ?? null,
      serverId: transactions.serverId.get(transaction),
      threadId: thread === NO_THREAD ? null : thread,
      xid: xid === 0n ? null : String(xid),
    };
    this.#transaction = safeJson(fields).slice(1, -1);
    this.#statement = 'null';
    this.#statementOf = -1;
  }

  statement({ bytes, start, end }: ShownStatement): void {
    const text = utf8(bytes, start, Math.min(end, start + 4 * MOST_OF_STATEMENT));
    const isCut = end - start > 4 * MOST_OF_STATEMENT || text.length > MOST_OF_STATEMENT;
    this.#statement = safeJson(
      isCut ? { beginning: text.slice(0, MOST_OF_STATEMENT), length: end - start } : text,
    );
    this.#isNewStatement = true;
  }

  event({ number, table, shape }: EventInHand): void {
    const { events, files } = this.#index;
    if (this.#isNewStatement) this.#statementOf = events.statement.get(number);
    this.#isNewStatement = false;
    const time = events.timestamp.get(number);
    const place = {
      file: files[events.file.get(number)]!.path,
      offset: events.fileOffset(number),
    };
    const change = {
      time: iso(time),
      unixTime: time,
      database: table.table.schema,
      table: table.name,
      kind: shape.kind,
    };
    this.#event = `${safeJson(place).slice(0, -1)},${this.#transaction},${safeJson(change).slice(1, -1)}`;
    if (this.#tellsStatements) {
      const statement = this.#statementOf === events.statement.get(number) ? this.#statement : 'null';
      this.#event += `,"statement":${statement}`;
    }
    this.#names[shape.number] ??= table.columns.map(({ name }) => `${safeJson(name)}:`);
  }

  row({ shape, table }: EventInHand, { before, after }: Pick<RowChange, 'before' | 'after'>): void {
    const names = this.#names[shape.number]!;
    const decoders = table.decoder.columns;
    this.#sink.put(this.#event);
    if (before !== undefined) this.#image(',"before":{', before, names, decoders);
    if (after !== undefined) this.#image(',"after":{', after, names, decoders);
    if (before !== undefined && after !== undefined) this.#changed(before, after, names);
    this.#sink.put('}\n');
  }

  #image(head: string, image: RowImage, names: readonly string[], decoders: readonly ColumnDecoder[]): void {
    let text = head;
    let separator = '';
    for (let column = 0; column < names.length; column++) {
      const value = image.value(column, decoders);
      if (value === undefined) continue;
      text += separator + names[column]! + jsonText(value);
      separator = ',';
      if (text.length > LARGE) {
        this.#sink.put(text);
        text = '';
      }
    }
    this.#sink.put(`${text}}`);
  }

  #changed(before: RowImage, after: RowImage, names: readonly string[]): void {
    let text = ',"changed":[';
    let separator = '';
    for (let column = 0; column < names.length; column++) {
      if (after.starts[column] === ABSENT || before.equals(after, column)) continue;
      text += separator + names[column]!.slice(0, -1);
      separator = ',';
    }
    this.#sink.put(`${text}]`);
  }

  unreadable(_: ShownEvent, why: string): void {
    this.#sink.put(`${this.#event},"unreadable":${safeJson(why)}}\n`);
  }

  end(): void {}

  finish(): void {}
}
