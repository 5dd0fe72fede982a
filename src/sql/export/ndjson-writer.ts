import type { BinlogIndex } from '../../scan/binlog-index.ts';
import { JsonLines } from '../../show/json-lines.ts';
import type { ByteText } from '../../wire/byte-text.ts';
import type { ChangedEvent, ChangeWriter, RowChange } from '../change-writer.ts';

/** Text of several rows is encoded at once, which is faster. */
const ENOUGH = 32 * 1024;

/** The objects of `show --json`, without the original statements. */
export class NdjsonWriter implements ChangeWriter {
  readonly #out: ByteText;
  readonly #lines: JsonLines;
  #text = '';

  constructor(index: BinlogIndex, out: ByteText) {
    this.#out = out;
    this.#lines = new JsonLines(index, { put: (text) => this.#put(text as string) }, false);
  }

  #put(text: string): void {
    this.#text += text;
    if (this.#text.length > ENOUGH) this.#flush();
  }

  #flush(): void {
    this.#out.utf8(this.#text);
    this.#text = '';
  }

  open(): void {}

  begin(transaction: number): void {
    this.#lines.transaction(transaction);
  }

  event(event: ChangedEvent): void {
    this.#lines.event(event);
  }

  row(event: ChangedEvent, change: RowChange): void {
    this.#lines.row(event, change);
  }

  end(): void {
    this.#flush();
  }

  close(): void {}
}
