import { randomBytes } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByteSource, closeRead, ioError, readFully } from './source.ts';
import { writeFully } from './write-fully.ts';

const HINT =
  "Nothing was left. Archives, standard input and large compressed transactions are unpacked in the output's folder, or else in the one that TMPDIR names: make room there, or choose another.";

/**
 * A temporary file for what is too large for memory. Its name is removed as soon as it is open, so that nothing
 * stays behind however the run ends.
 */
export class SpoolFile implements ByteSource {
  readonly #handle: FileHandle;
  readonly #path: string;
  #length = 0;

  private constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  /** @throws BinflashError `IO` */
  static async create(folder: string): Promise<SpoolFile> {
    const path = join(folder, `.binflash.${randomBytes(6).toString('hex')}.spool`);
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, 'wx+', 0o600);
      await unlink(path);
      return new SpoolFile(handle, path);
    } catch (error) {
      await handle?.close().catch(() => {});
      throw ioError('cannot be made for unpacking', path, error).locate({ hint: HINT });
    }
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Appends bytes. @throws BinflashError `IO` */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      await writeFully(this.#handle, bytes, this.#length);
    } catch (error) {
      throw ioError('cannot be written while unpacking', this.#path, error).locate({ hint: HINT });
    }
    this.#length += bytes.length;
  }

  read(into: Uint8Array, at: number, length: number, position: number): Promise<void> {
    return readFully(this.#handle, this.#path, into, at, length, position);
  }

  close(): Promise<void> {
    return closeRead(this.#handle);
  }
}
