import { randomBytes } from 'node:crypto';
import { constants, renameSync, unlinkSync } from 'node:fs';
import {
  access,
  type FileHandle,
  link,
  open,
  readlink,
  realpath,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { BinflashError } from '../errors.ts';
import { closeRead, errorCode, ioError } from './source.ts';
import { temporaryName } from './temporary-names.ts';
import { writeFully } from './write-fully.ts';

/** Where the bytes of an undo go. */
export interface Output {
  /** Writes all of `bytes`, after what was written before. @throws BinflashError `IO` */
  write(bytes: Uint8Array): Promise<void>;
}

/** Files that are neither settled nor discarded. */
const underWay = new Set<AtomicFile>();

/** For a program that has to end at once: nothing of what is under way stays. */
export function discardAllNow(): void {
  for (const file of underWay) file.discardNow();
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
  /** What had the name before, while it may still have to come back. */
  readonly #asidePath: string;
  #isAside = false;

  private constructor(path: string, mark: string, handle: FileHandle) {
    this.path = path;
    this.temporaryPath = temporaryName(path, mark);
    this.#asidePath = temporaryName(path, `${mark}.old`);
    this.#handle = handle;
    underWay.add(this);
  }

  /** @throws BinflashError `IO` when the folder is missing or not writable, or the name is taken (see {@link checkTarget}) */
  static async create(path: string): Promise<AtomicFile> {
    const mark = randomBytes(4).toString('hex');
    try {
      return new AtomicFile(path, mark, await open(temporaryName(path, mark), 'wx', 0o600));
    } catch (error) {
      throw ioError('cannot be written', path, error).locate({
        hint:
          errorCode(error) === 'EMFILE'
            ? 'Raise the limit of open files (ulimit -n), or select fewer tables.'
            : undefined,
      });
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await writeFully(this.#handle!, bytes);
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
   * Keeps what has the name until {@link settle} or {@link discard}: under another name too, or with `move` under that
   * alone. @throws BinflashError `IO` when it cannot be moved
   */
  async setAside(move: boolean): Promise<void> {
    try {
      await (move ? rename : link)(this.path, this.#asidePath);
      this.#isAside = true;
    } catch (error) {
      // Where there are no links, one file is replaced without.
      if (move && errorCode(error) !== 'ENOENT') throw ioError('cannot be replaced', this.path, error);
    }
  }

  /**
   * Gives the finished file its name. Unless `replace`, a file that has come to that name meanwhile is left
   * alone. @throws BinflashError `USAGE` when there is one, `IO`
   */
  async publish(replace: boolean): Promise<void> {
    try {
      const isLinked = !replace && (await this.#link());
      if (!isLinked) await rename(this.temporaryPath, this.path);
      this.#published = true;
      if (isLinked) await unlink(this.temporaryPath);
    } catch (error) {
      if (error instanceof BinflashError) throw error;
      throw ioError('cannot be renamed to its final name', this.path, error);
    }
  }

  /** Like rename, but never over an existing file; where the file system has no links, a check must do. */
  async #link(): Promise<boolean> {
    try {
      await link(this.temporaryPath, this.path);
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST' || (await exists(this.path))) throw existsAlready(this.path);
      return false;
    }
  }

  /** The name is given for good; what had it before goes. Answers the temporary file that could not be removed, if any. */
  async settle(): Promise<string | undefined> {
    underWay.delete(this);
    if (!this.#isAside) return undefined;
    return unlink(this.#asidePath).then(
      () => undefined,
      () => this.#asidePath,
    );
  }

  /** Removes what was written; published or not, nothing of it stays. Answers what could not be removed. */
  async discard(): Promise<string[]> {
    await this.#flush.catch(() => {});
    await this.#handle?.close().catch(() => {});
    this.#handle = undefined;
    return this.discardNow();
  }

  /** The same, without waiting for anything. */
  discardNow(): string[] {
    const left: string[] = [];
    const attempt = (path: string, act: () => void): void => {
      try {
        act();
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') left.push(path);
      }
    };
    if (this.#published) attempt(this.path, () => unlinkSync(this.path));
    attempt(this.temporaryPath, () => unlinkSync(this.temporaryPath));
    if (this.#isAside) {
      attempt(this.#asidePath, () => renameSync(this.#asidePath, this.path));
      // Where both are names of one file still, renaming does nothing.
      attempt(this.#asidePath, () => unlinkSync(this.#asidePath));
    }
    underWay.delete(this);
    return left;
  }
}

const FLUSH_EVERY = 16 * 1024 * 1024;

function existsAlready(path: string): BinflashError {
  return new BinflashError('USAGE', 'exists already', {
    file: path,
    hint: 'Choose another name for -o, or replace it with --force.',
  });
}

/** What a disk says that has lost something; other errors say that a folder cannot be flushed, here or by this user. */
const LOSSES = ['EIO', 'ENOSPC', 'EDQUOT'];

/** Makes new names durable, where the folder may be opened; the files are on the disk already. @throws BinflashError `IO` */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  if (folder === undefined) return;
  try {
    await folder.sync();
  } catch (error) {
    if (LOSSES.includes(errorCode(error) ?? '')) throw ioError('cannot be flushed to the disk', path, error);
  } finally {
    await closeRead(folder);
  }
}

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** Is this a link to what a process has open, as `/dev/stdout` is? It looks like a regular file where it leads to one. */
async function isDescriptor(path: string): Promise<boolean> {
  const target = await readlink(path).catch(() => undefined);
  if (target === undefined) return false;
  const folder = await realpath(resolve(dirname(path), dirname(target))).catch(() => '');
  return /^\/(?:proc|dev\/fd)(?:\/|$)/.test(folder);
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
  if (!existing.isFile() || (await isDescriptor(path))) {
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
