import type { EventCipher } from '../binlog/encryption/event-cipher.ts';
import { checksumLength } from '../binlog/format-description.ts';
import { type ByteSource, changedError, type InputFile } from '../io/source.ts';
import { type FileSummary, formatAt, type LogSummary } from '../scan/binlog-index.ts';
import type { PackedTable } from '../scan/packed-table.ts';
import type { RunSources } from './runs.ts';
import { UnpackedSource } from './unpacking.ts';

/** The input files, and what is unpacked from them: one temporary file at a time, for runs go one way. */
export class Sources implements RunSources {
  readonly #containers: PackedTable;
  readonly #summaries: readonly FileSummary[];
  readonly #files: readonly InputFile[];
  readonly #spoolFolder: string;
  #open: { packed: number; source: UnpackedSource } | undefined;
  #closing: Promise<void> = Promise.resolve();

  /** `spoolFolder` is for temporary files. */
  constructor(
    containers: PackedTable,
    summaries: readonly FileSummary[],
    files: readonly InputFile[],
    spoolFolder: string,
  ) {
    this.#containers = containers;
    this.#summaries = summaries;
    this.#files = files;
    this.#spoolFolder = spoolFolder;
  }

  file(file: number): ByteSource {
    const { logs } = this.#summaries[file]!;
    const isEncrypted = logs.some(({ encrypted }) => encrypted !== undefined);
    return isEncrypted ? decrypted(this.#files[file]!, logs) : this.#files[file]!;
  }

  unpacked(file: number, packed: number): ByteSource {
    if (this.#open?.packed === packed) return this.#open.source;
    this.#closeOpen();
    const containers = this.#containers;
    const offset = containers.offset.get(packed);
    const source = UnpackedSource.of(
      this.file(file),
      offset,
      containers.size.get(packed),
      checksumLength(formatAt(this.#summaries[file]!, offset)),
      this.#spoolFolder,
      containers.unpacked.get(packed),
    );
    this.#open = { packed, source };
    return source;
  }

  /** The runs of one packed event are read one after the other, so the last read from it may still go on. */
  #closeOpen(): void {
    const open = this.#open;
    this.#open = undefined;
    this.#closing = this.#closing.then(() => open?.source.close());
  }

  async close(): Promise<void> {
    this.#closeOpen();
    await this.#closing;
  }
}

/** A file with encrypted events, of which whole ones are read, maybe of several logs at once. */
function decrypted(file: ByteSource, logs: readonly LogSummary[]): ByteSource {
  return {
    async read(into, at, length, position) {
      await file.read(into, at, length, position);
      for (const [i, { offset, encrypted }] of logs.entries()) {
        const from = Math.max(position, encrypted?.from ?? Infinity);
        const end = Math.min(position + length, logs[i + 1]?.offset ?? Infinity);
        if (from < end) decrypt(encrypted!.cipher, into, at - position, from, end, offset);
      }
    },
  };
}

/** Decrypts what stands at `[from, end)` of the file, and at `base` more in `bytes`, of the log that begins at `log`. */
function decrypt(
  cipher: EventCipher,
  bytes: Uint8Array,
  base: number,
  from: number,
  end: number,
  log: number,
): void {
  for (let done = from; done < end; ) {
    const to = cipher.decrypt(bytes, base + done, base + end, done - log) - base;
    if (to === done) throw changedError('an event is of another size than before');
    done = to;
  }
}
