import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinflashError } from '../errors.ts';
import { ioError } from './source.ts';

const HINT =
  "The index of a large log does not fit into memory, and goes on in this folder: make room there, or have it elsewhere (it is the output's folder; where there is no output, TMPDIR names it).";

/**
 * A temporary file of pages, written at its end and read anywhere, without promises: whoever asks for a number of the
 * index cannot wait. Its name is removed as soon as it is open, so that nothing stays behind however the run ends.
 */
export class PageFile {
  length = 0;
  readonly #folder: string;
  readonly #descriptor: number;
  /** What is not written yet: the bytes from {@link #written} to {@link length}. */
  readonly #buffer: Uint8Array;
  #written = 0;
  #scratch: Uint8Array = new Uint8Array(0);
  #open = true;

  private constructor(folder: string, descriptor: number, buffer: number) {
    this.#folder = folder;
    this.#descriptor = descriptor;
    this.#buffer = new Uint8Array(buffer);
  }

  /** Pages are gathered up to `buffer` bytes, and written with one call. @throws BinflashError `IO` */
  static create(buffer: number, folder: string = tmpdir()): PageFile {
    const path = join(folder, `.binflash.${randomBytes(6).toString('hex')}.index`);
    try {
      const descriptor = openSync(path, 'wx+', 0o600);
      unlinkSync(path);
      return new PageFile(folder, descriptor, buffer);
    } catch (error) {
      throw failure('a temporary file for the index cannot be made here', folder, error);
    }
  }

  /** Answers where the bytes begin. @throws BinflashError `IO` */
  append(bytes: Uint8Array): number {
    if (this.length - this.#written + bytes.length > this.#buffer.length) this.#flush();
    const at = this.length;
    if (bytes.length > this.#buffer.length) {
      this.#write(bytes, bytes.length);
      this.#written += bytes.length;
    } else {
      this.#buffer.set(bytes, at - this.#written);
    }
    this.length += bytes.length;
    return at;
  }

  /** The bytes at a position that {@link append} has answered, until the next call. @throws BinflashError `IO` */
  read(position: number, length: number): Uint8Array {
    if (!this.#open) throw new Error('the index was closed: its pages are gone');
    if (position >= this.#written) {
      // A copy, because who reads numbers of several bytes needs them at an even place.
      return this.#buffer.slice(position - this.#written, position - this.#written + length);
    }
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(2 * length);
    let done = 0;
    while (done < length) {
      const count = this.#readSome(done, length - done, position + done);
      if (count === 0) throw this.#shorter();
      done += count;
    }
    return this.#scratch.subarray(0, length);
  }

  close(): void {
    if (this.#open) closeSync(this.#descriptor);
    this.#open = false;
  }

  #readSome(at: number, length: number, position: number): number {
    try {
      return readSync(this.#descriptor, this.#scratch, at, length, position);
    } catch (error) {
      throw failure('the temporary file of the index in this folder cannot be read', this.#folder, error);
    }
  }

  #flush(): void {
    this.#write(this.#buffer, this.length - this.#written);
    this.#written = this.length;
  }

  #write(bytes: Uint8Array, length: number): void {
    let done = 0;
    try {
      while (done < length) {
        done += writeSync(this.#descriptor, bytes, done, length - done, this.#written + done);
      }
    } catch (error) {
      throw failure('the temporary file of the index in this folder cannot be written', this.#folder, error);
    }
  }

  #shorter(): BinflashError {
    return new BinflashError('IO', 'the temporary file of the index in this folder became shorter', {
      file: this.#folder,
    });
  }
}

function failure(what: string, folder: string, cause: unknown): BinflashError {
  return ioError(what, folder, cause).locate({ hint: HINT });
}
