import type { ByteQueue } from '../../binlog/zstd-stream.ts';
import { allocate } from '../../wire/allocate.ts';
import type { InputFile } from '../source.ts';

/** Bytes read at a time. */
const CHUNK = 1024 * 1024;

/** Told how many bytes of the file have been read so far; also the place to give up. */
export type OnRead = (bytes: number) => void;

/** A file from its beginning to its end, for `unzstdStream`. */
export class FileQueue implements ByteQueue {
  readonly #file: InputFile;
  readonly #onRead: OnRead;
  #bytes: Uint8Array = new Uint8Array(0);
  /** What of {@link #bytes} comes next, and where in the file it begins. */
  #at = 0;
  #position = 0;

  constructor(file: InputFile, onRead: OnRead) {
    this.#file = file;
    this.#onRead = onRead;
  }

  async peek(length: number): Promise<Uint8Array> {
    if (this.#bytes.length - this.#at < length) await this.#load(Math.max(length, CHUNK));
    return this.#bytes.subarray(this.#at, this.#at + length);
  }

  skip(length: number): Promise<boolean> {
    this.#at += length;
    this.#position += length;
    return Promise.resolve(this.#position <= this.#file.size);
  }

  async #load(length: number): Promise<void> {
    const left = Math.max(0, Math.min(length, this.#file.size - this.#position));
    const bytes = allocate(left);
    await this.#file.read(bytes, 0, left, this.#position);
    this.#onRead(this.#position + left);
    this.#bytes = bytes;
    this.#at = 0;
  }
}

/** The same, chunk by chunk. */
export async function* chunksOf(file: InputFile, onRead: OnRead): AsyncGenerator<Uint8Array, void> {
  for (let position = 0; position < file.size; position += CHUNK) {
    const chunk = allocate(Math.min(CHUNK, file.size - position));
    await file.read(chunk, 0, chunk.length, position);
    onRead(position + chunk.length);
    yield chunk;
  }
}
