import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, type FileHandle, link, open, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BinflashError } from '../errors.ts';
import { ioError } from './source.ts';

/** Where the bytes of an undo go. */
export interface Output {
  /** Writes all of `bytes`, after what was written before. @throws BinflashError `IO` */
  write(bytes: Uint8Array): Promise<void>;
}

/**
 * A file that appears under its name only when it is complete: written beside it under another name,
 * flushed to the disk, renamed. Readable by its owner alone, for it holds the rows of other people.
 */
export class AtomicFile implements Output {
  readonly path: string;
  readonly temporaryPath: string;
  #handle: FileHandle | undefined;
  /** Bytes written since the last time the disk was asked to take them. */
  #dirty = 0;
  #flush: Promise<void> = Promise.resolve();
  #published = false;

  private constructor(path: string, temporaryPath: string, handle: FileHandle) {
    this.path = path;
    this.temporaryPath = temporaryPath;
    this.#handle = handle;
  }

  /** @throws BinflashError `IO` when the folder is missing or not writable, or the name is taken (see {@link checkTarget}) */
  static async create(path: string): Promise<AtomicFile> {
    const temporaryPath = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`);
    try {
      return new AtomicFile(path, temporaryPath, await open(temporaryPath, 'wx', 0o600));
    } catch (error) {
      const isTooMany = error instanceof Error && 'code' in error && error.code === 'EMFILE';
      throw ioError('cannot be written', path, error).locate({
        hint: isTooMany ? 'Raise the limit of open files (ulimit -n), or select fewer tables.' : undefined,
      });
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await this.#handle!.write(bytes, done, bytes.length - done);
        done += bytesWritten;
      }
    } catch (error) {
      throw ioError('cannot be written', this.path, error);
    }
    this.#dirty += bytes.length;
    if (this.#dirty < FLUSH_EVERY) return;
    // Lets the disk work while the processor does: what is left for the end is short.
    this.#dirty = 0;
    const handle = this.#handle!;
    this.#flush = this.#flush.then(() => handle.datasync());
    this.#flush.catch(() => {});
  }

  /** Flushes and closes, once; the name is not taken yet. @throws BinflashError `IO` */
  async finish(): Promise<void> {
    if (this.#handle === undefined) return;
    try {
      await this.#flush;
      await this.#handle.sync();
      await this.#handle.close();
      this.#handle = undefined;
    } catch (error) {
      throw ioError('cannot be flushed to the disk', this.path, error);
    }
  }

  /**
   * Gives the finished file its name. Unless `replace`, a file that has come to that name meanwhile is left
   * alone. @throws BinflashError `USAGE` when there is one, `IO`
   */
  async publish(replace: boolean): Promise<void> {
    try {
      if (!replace) await this.#link();
      else await rename(this.temporaryPath, this.path);
      this.#published = true;
      if (!replace) await unlink(this.temporaryPath).catch(() => {});
    } catch (error) {
      if (error instanceof BinflashError) throw error;
      throw ioError('cannot be renamed to its final name', this.path, error);
    }
    await syncFolder(dirname(this.path));
  }

  /** Like rename, but never over an existing file; where the file system has no links, a check must do. */
  async #link(): Promise<void> {
    try {
      await link(this.temporaryPath, this.path);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EEXIST' || (await exists(this.path))) throw existsAlready(this.path);
      await rename(this.temporaryPath, this.path);
    }
  }

  /** Removes what was written; published or not, nothing of it stays. */
  async discard(): Promise<void> {
    if (this.#published) await unlink(this.path).catch(() => {});
    await this.#flush.catch(() => {});
    await this.#handle?.close().catch(() => {});
    this.#handle = undefined;
    await unlink(this.temporaryPath).catch(() => {});
  }
}

const FLUSH_EVERY = 16 * 1024 * 1024;

function existsAlready(path: string): BinflashError {
  return new BinflashError('USAGE', 'exists already', {
    file: path,
    hint: 'Choose another name for -o, or replace it with --force.',
  });
}

/** Makes a new name durable, where the folder may be opened. The file itself is on the disk already. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/**
 * Makes sure that an output may have this name, before any work is done for it.
 *
 * @throws BinflashError `USAGE` when it is one of the inputs or exists (unless `force`), `IO` when it is a folder
 */
export async function checkTarget(path: string, inputs: ReadonlySet<string>, force: boolean): Promise<void> {
  if (path.endsWith('/')) throw new BinflashError('IO', 'is a folder, not a file', { file: path });
  try {
    await access(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw ioError('cannot be written', path, error).locate({
      hint: `The folder ${dirname(path)} must exist and be writable.`,
    });
  }
  const existing = await stat(path).catch(() => undefined);
  if (existing === undefined) return;
  if (inputs.has(`${existing.dev}:${existing.ino}`)) {
    throw new BinflashError('USAGE', 'the output is one of the inputs', {
      file: path,
      hint: 'Inputs are never written to: choose another name for -o.',
    });
  }
  if (!existing.isFile()) {
    throw new BinflashError(
      'IO',
      existing.isDirectory() ? 'is a folder, not a file' : 'is not a regular file',
      {
        file: path,
        hint: 'Name a file that does not exist yet, or write to standard output with -o -.',
      },
    );
  }
  if (!force) {
    throw existsAlready(path);
  }
}
