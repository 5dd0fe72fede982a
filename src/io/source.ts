import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { BinflashError, type ErrorPlace } from '../errors.ts';
import { MOST_AT_ONCE } from './write-fully.ts';

/** Something to read bytes from. */
export interface ByteSource {
  /** Fills `into[at, at + length)` from `position` on. @throws BinflashError */
  read(into: Uint8Array, at: number, length: number, position: number): Promise<void>;
}

/** A binary log to be read: the bytes of a plain one, wherever they come from. */
export interface InputFile extends ByteSource {
  /** As the user named it. */
  readonly path: string;
  readonly size: number;
  /** Tells files from each other, whatever their paths. */
  readonly identity: string;
  /**
   * Makes sure that what was read is what it held when it was opened, as far as can be told. What has grown since is as
   * good: what was read stands before that.
   *
   * @throws BinflashError `IO` when it was cut or overwritten
   */
  check(): Promise<'as it was' | 'grown'>;
  close(): Promise<void>;
  /** Of a file in which MySQL has encrypted logs, or may have, as `DecryptedFile`. */
  readonly encrypted?: EncryptedLogs;
}

/** The logs in a file, of which some are encrypted as a whole, as far as it is known where they begin. */
export interface EncryptedLogs {
  /** Is what stands at this position of an encrypted log? */
  holds(position: number): boolean;
  /**
   * Looks for a log that begins at this position, where an event ends, with what MySQL puts before an encrypted one if
   * it is that. Of one that is `new`, other bytes were read so far than those that stand there.
   *
   * @throws BinflashError `ENCRYPTED` when the key for it is not known; for what is damaged; `IO`
   */
  logAt(position: number): Promise<'new' | 'known' | undefined>;
}

/** A local file, opened read-only; its size is what it was when opened, so a growing file stays still. */
export class SourceFile implements InputFile {
  readonly path: string;
  readonly size: number;
  /** Device and inode, by which an output is known to be an input whatever its path. */
  readonly identity: string;
  readonly #handle: FileHandle;
  /** When it was last written to, as it was when opened. */
  readonly #modified: number;

  private constructor(path: string, handle: FileHandle, { size, dev, ino, mtimeMs }: Stats) {
    this.path = path;
    this.size = size;
    this.identity = `${dev}:${ino}`;
    this.#handle = handle;
    this.#modified = mtimeMs;
  }

  /** @throws BinflashError `IO` when the file cannot be opened or is not a regular file */
  static async open(path: string): Promise<SourceFile> {
    let handle: FileHandle;
    try {
      // Non-blocking, so that a named pipe is refused below instead of waiting for a writer.
      handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      throw ioError('cannot be opened', path, error).locate({ hint: openHint(error) });
    }
    let stat: Stats;
    try {
      stat = await handle.stat();
    } catch (error) {
      await closeRead(handle);
      throw ioError('cannot be opened', path, error);
    }
    if (stat.isFile()) return new SourceFile(path, handle, stat);
    await closeRead(handle);
    throw new BinflashError('IO', stat.isDirectory() ? 'is a folder, not a file' : 'is not a regular file', {
      file: path,
      hint: 'Name the binary log files themselves, e.g. mysql-bin.000011.',
    });
  }

  read(into: Uint8Array, at: number, length: number, position: number): Promise<void> {
    return readFully(this.#handle, this.path, into, at, length, position);
  }

  /** By its size and time of change. */
  async check(): Promise<'as it was' | 'grown'> {
    let now: Stats;
    try {
      now = await this.#handle.stat();
    } catch (error) {
      throw ioError('cannot be read', this.path, error);
    }
    if (now.size > this.size) return 'grown';
    if (now.size < this.size) throw changedError('it became shorter', { file: this.path });
    if (now.mtimeMs !== this.#modified) throw changedError('it was written to', { file: this.path });
    return 'as it was';
  }

  /**
   * Opens what has the path now, to read it (again). The file itself may be closed meanwhile.
   *
   * @throws BinflashError `IO` also when it is not as it was when it was opened first
   */
  async again(): Promise<SourceFile> {
    const now = await SourceFile.open(this.path);
    const how = this.#differenceOf(now);
    if (how === undefined) return now;
    await now.close();
    throw changedError(how, { file: this.path });
  }

  #differenceOf(now: SourceFile): string | undefined {
    if (now.identity !== this.identity) return 'another file has its name';
    if (now.size !== this.size) return now.size < this.size ? 'it became shorter' : 'it has grown';
    return now.#modified === this.#modified ? undefined : 'it was written to';
  }

  close(): Promise<void> {
    return closeRead(this.#handle);
  }
}

/** Closes what was only read from: that it cannot be closed changes nothing of what was read. */
export async function closeRead(handle: FileHandle): Promise<void> {
  await handle.close().catch(() => {});
}

/** The input did not stay as it was. */
export function changedError(how: string, place: ErrorPlace = {}): BinflashError {
  return new BinflashError('IO', `changed while it was read: ${how}`, {
    ...place,
    hint: 'Copy the file to a quiet place and use the copy.',
  });
}

/** Reads all of the bytes that are asked for. @throws BinflashError `IO` */
export async function readFully(
  handle: FileHandle,
  path: string,
  into: Uint8Array,
  at: number,
  length: number,
  position: number,
): Promise<void> {
  let done = 0;
  while (done < length) {
    let bytesRead: number;
    try {
      const asked = Math.min(length - done, MOST_AT_ONCE);
      ({ bytesRead } = await handle.read(into, at + done, asked, position + done));
    } catch (error) {
      throw ioError('cannot be read', path, error, position + done);
    }
    if (bytesRead === 0) {
      throw changedError('it became shorter', { file: path, offset: position + done });
    }
    done += bytesRead;
  }
}

/** Wraps an error of the operating system; its code (ENOENT, EACCES, ENOSPC) goes into the message. */
export function ioError(what: string, path: string, cause: unknown, offset?: number): BinflashError {
  const code = errorCode(cause) ?? String(cause);
  return new BinflashError('IO', `${what}: ${REASONS[code] ?? code}`, { file: path, offset }, cause);
}

/** What the operating system calls an error: `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** What to do about a file that cannot be opened. */
function openHint(error: unknown): string | undefined {
  return OPEN_HINTS[errorCode(error) ?? ''];
}

const NO_SUCH_FILE =
  'Name the binary log files by their paths; SHOW BINARY LOGS lists their names, @@log_bin_basename their folder.';
const NO_RIGHT =
  "Binary logs can be read by their server's user alone, as a rule: copy them as root, and read the copies.";

const OPEN_HINTS: Record<string, string> = {
  ENOENT: NO_SUCH_FILE,
  ENOTDIR: NO_SUCH_FILE,
  EACCES: NO_RIGHT,
  EPERM: NO_RIGHT,
  EMFILE: 'Raise the limit of open files (ulimit -n), or name fewer binary logs.',
};

const REASONS: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than the file system or a limit (ulimit -f) allows',
  EIO: 'the device reports an error',
  ENXIO: 'it is a socket, or a device that is not there',
  ESTALE: 'the file is gone from its server (NFS)',
  EROFS: 'the file system is read-only',
  EEXIST: 'it exists already',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
  ELOOP: 'too many symbolic links',
};
