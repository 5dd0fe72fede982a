import { type TableDefinition, tableName } from '../binlog/table-map.ts';
import type { AtomicFile, Output } from '../io/output.ts';
import { type PartFiles, partName } from '../io/part-files.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import type { ByteText } from '../wire/byte-text.ts';
import type { ChangeWriter } from './change-writer.ts';
import { TextPart } from './text-part.ts';

/** What a text is cut by, into a file each: its table, its transaction, or a size that it has reached. */
export type SplitBy = 'table' | 'transaction' | 'size';

/** Bytes written at a time, where there is one output at a time, and where there is one a table. */
const CHUNK = 1024 * 1024;
const SMALL_CHUNK = 64 * 1024;

/** The outputs of a run: which of them an event's changes go to, and when the next one is due. */
export interface TextParts {
  /** Where the event's changes go, its transaction entered; undefined when {@link open} has to be asked first. */
  of(event: number): TextPart | undefined;
  /** The same, with a new output where one is due. @throws BinflashError `USAGE`, `IO` */
  open(event: number): Promise<TextPart>;
  /** Ends all outputs. @throws BinflashError `IO` */
  close(): Promise<void>;
  /** Waits for writes under way, whatever becomes of them. */
  settle(): Promise<void>;
}

export type MakeWriter = (out: ByteText) => ChangeWriter;

/** All changes into one output. */
export class WholeText implements TextParts {
  readonly #index: BinlogIndex;
  readonly #part: TextPart;

  constructor(index: BinlogIndex, output: Output, makeWriter: MakeWriter) {
    this.#index = index;
    this.#part = new TextPart(output, makeWriter, CHUNK);
  }

  of(event: number): TextPart {
    this.#part.enter(this.#index.events.transaction.get(event));
    return this.#part;
  }

  async open(event: number): Promise<TextPart> {
    return this.of(event);
  }

  close(): Promise<void> {
    return this.#part.close();
  }

  settle(): Promise<void> {
    return this.#part.settle();
  }
}

/** Numbered files, one after the other, cut between transactions. */
export class NumberedTexts implements TextParts {
  readonly #index: BinlogIndex;
  readonly #files: PartFiles;
  readonly #path: string;
  readonly #makeWriter: MakeWriter;
  readonly #size: number;
  #part: TextPart | undefined;
  #file: AtomicFile | undefined;
  #transaction = -1;

  /** A file that has reached `size` bytes is followed by another one; with 0, every transaction has one. */
  constructor(index: BinlogIndex, files: PartFiles, path: string, size: number, makeWriter: MakeWriter) {
    this.#index = index;
    this.#files = files;
    this.#path = path;
    this.#size = size;
    this.#makeWriter = makeWriter;
  }

  of(event: number): TextPart | undefined {
    const part = this.#part;
    const transaction = this.#index.events.transaction.get(event);
    if (transaction === this.#transaction) return part;
    if (part === undefined || part.size >= this.#size) return undefined;
    this.#transaction = transaction;
    part.enter(transaction);
    return part;
  }

  async open(event: number): Promise<TextPart> {
    await this.#part?.close();
    // There may be more parts than files may be open.
    await this.#file?.finish();
    this.#file = await this.#files.open(partName(this.#path, this.#files.count + 1));
    this.#part = new TextPart(this.#file, this.#makeWriter, CHUNK);
    this.#transaction = this.#index.events.transaction.get(event);
    this.#part.enter(this.#transaction);
    return this.#part;
  }

  async close(): Promise<void> {
    await this.#part?.close();
    await this.#files.refuseStalePart(this.#path);
  }

  async settle(): Promise<void> {
    await this.#part?.settle();
  }
}

/** A file for each table. */
export class TextsByTable implements TextParts {
  readonly #index: BinlogIndex;
  readonly #files: PartFiles;
  readonly #path: string;
  readonly #makeWriter: MakeWriter;
  readonly #parts = new Map<string, TextPart>();
  readonly #names: readonly string[];

  constructor(index: BinlogIndex, files: PartFiles, path: string, makeWriter: MakeWriter) {
    this.#index = index;
    this.#files = files;
    this.#path = path;
    this.#makeWriter = makeWriter;
    this.#names = index.shapes.map(({ table }) => tableName(table));
  }

  of(event: number): TextPart | undefined {
    const { events } = this.#index;
    const part = this.#parts.get(this.#names[events.shape.get(event)]!);
    part?.enter(events.transaction.get(event));
    return part;
  }

  async open(event: number): Promise<TextPart> {
    const shape = this.#index.events.shape.get(event);
    const { table } = this.#index.shapes[shape]!;
    const file = await this.#files.open(`${this.#path}.${fileSafe(table)}`);
    this.#parts.set(this.#names[shape]!, new TextPart(file, this.#makeWriter, SMALL_CHUNK));
    return this.of(event)!;
  }

  async close(): Promise<void> {
    for (const part of this.#parts.values()) await part.close();
  }

  async settle(): Promise<void> {
    for (const part of this.#parts.values()) await part.settle();
  }
}

/** A table as a part of a file's name: letters and digits of all scripts, else as in a URL. */
function fileSafe({ schema, name }: TableDefinition): string {
  return [schema, name]
    .map((part) =>
      part.replace(/[^\p{L}\p{N}_$-]/gu, (character) =>
        character === '.' ? '%2E' : encodeURIComponent(character),
      ),
    )
    .join('.');
}
