import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { BinflashError } from '../errors.ts';

/** Something to read bytes from. */
export interface ByteSource {
  /** Fills `into[at, at + length)` from `position` on. @throws BinflashError */
  read(into: Uint8Array, at: number, length: number, position: number): Promise<void>;
}

/** A local file, opened read-only; its size is what it was when opened, so a growing file stays still. */
export class SourceFile implements ByteSource {
  readonly path: string;
  readonly size: number;
  /** Device and inode, by which an output is known to be an input whatever its path. */
  readonly identity: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle, size: number, identity: string) {
    this.path = path;
    this.size = size;
    this.identity = identity;
    this.#handle = handle;
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
    const stat = await handle.stat();
    if (stat.isFile()) return new SourceFile(path, handle, stat.size, `${stat.dev}:${stat.ino}`);
    await handle.close();
    throw new BinflashError('IO', stat.isDirectory() ? 'is a folder, not a file' : 'is not a regular file', {
      file: path,
      hint: 'Name the binary log files themselves, e.g. mysql-bin.000011.',
    });
  }

  read(into: Uint8Array, at: number, length: number, position: number): Promise<void> {
    return readFully(this.#handle, this.path, into, at, length, position);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
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
      ({ bytesRead } = await handle.read(into, at + done, length - done, position + done));
    } catch (error) {
      throw ioError('cannot be read', path, error, position + done);
    }
    if (bytesRead === 0) {
      throw new BinflashError('IO', 'became shorter while it was read', {
        file: path,
        offset: position + done,
        hint: 'Copy the file to a quiet place and use the copy.',
      });
    }
    done += bytesRead;
  }
}

/** Wraps an error of the operating system; its code (ENOENT, EACCES, ENOSPC) goes into the message. */
export function ioError(what: string, path: string, cause: unknown, offset?: number): BinflashError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new BinflashError('IO', `${what}: ${REASONS[code] ?? code}`, { file: path, offset }, cause);
}

/** What to do about a file that cannot be opened. */
function openHint(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? OPEN_HINTS[String(error.code)] : undefined;
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
  EROFS: 'the file system is read-only',
  EEXIST: 'it exists already',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
  ELOOP: 'too many symbolic links',
};
