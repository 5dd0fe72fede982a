import { tmpdir } from 'node:os';
import type { BinlogKeys } from '../../binlog/encryption/keys.ts';
import { BinflashError } from '../../errors.ts';
import { DecryptedFile } from '../decrypted-file.ts';
import { errorCode, type InputFile, SourceFile } from '../source.ts';
import { unpackArchive } from './archive.ts';
import { type InputKind, isBegun, kindOf } from './kind.ts';
import { LeftOut } from './left-out.ts';
import { expandNames, type InputName, plainName, STANDARD_INPUT } from './names.ts';
import { Opened } from './opened.ts';
import { readStandardInput } from './standard-input.ts';
import { isUndo } from './undo-file.ts';

/** How files are opened that are not simply binary logs. */
export interface OpenOptions {
  /** Folder for temporary files, of what cannot be read from where it is (default: the system's). */
  readonly spoolFolder?: string | undefined;
  /** Most bytes that one TRANSACTION_PAYLOAD or one archive may unpack to (default 64 GiB). */
  readonly maxUnpackedSize?: number | undefined;
  /** For encrypted binary logs, see {@link readKeys}. */
  readonly keys?: BinlogKeys | undefined;
  /** Told, in a sentence, what of an index, a folder or a pattern is left out. */
  readonly onWarning?: ((warning: string) => void) | undefined;
  /** Called with how far an archive is unpacked, in its bytes. */
  readonly onUnpack?: ((done: number, total: number) => void) | undefined;
  /** Stops the run at the next window; the promise is rejected with the signal's reason and no output is left. */
  readonly signal?: AbortSignal | undefined;
}

/** What is unpacked has no bound that is known; a bomb is larger. */
const DEFAULT_MOST: number = 64 * 1024 ** 3;

/**
 * Opens what the names stand for, see {@link expandNames}: plain files as they are, archives and standard input as they
 * are unpacked. What is no binary log, or cannot be opened, is left out with a warning, unless the user named it.
 *
 * @throws BinflashError `IO`, `USAGE`, `NOT_A_BINLOG`, and what unpacking throws
 */
export async function openInputs(names: readonly string[], options: OpenOptions = {}): Promise<InputFile[]> {
  if (names.length === 0) throw new BinflashError('USAGE', 'no binary log was named');
  const leftOut = new LeftOut();
  const opened = new Opened(leftOut);
  // All are opened before the first is read, which may take long: what they are is settled at one moment.
  const found = await findAll(await expandNames(names), leftOut);
  const undos: { readonly input: InputName; readonly file: InputFile }[] = [];
  const add = async (file: InputFile, { from }: InputName): Promise<void> => {
    await opened.add(file, from).catch(async (error: unknown) => {
      await file.close();
      throw error;
    });
  };
  try {
    for (let next = found.shift(); next !== undefined; next = found.shift()) {
      const { input } = next;
      const file = await plainOf(next, options, leftOut);
      if (file === undefined) continue;
      const begun = input.from === undefined ? undefined : leftOut.begunBefore(input);
      if (begun !== undefined) {
        await file.close();
        throw noEvents(begun, file.path);
      }
      if (input.from !== undefined && !input.isListed && (await isUndo(file))) undos.push({ input, file });
      else await add(file, input);
    }
    // Undos were written among the logs; where there is nothing else, they are what is meant.
    const areMeant = opened.files.length === 0;
    for (let next = undos.shift(); next !== undefined; next = undos.shift()) {
      if (areMeant) await add(next.file, next.input);
      else {
        leftOut.undo(next.input);
        await next.file.close();
      }
    }
    if (opened.files.length === 0) throw leftOut.nothingElse();
    const log = leftOut.namedLike(opened.files.map(({ path }) => path));
    if (log instanceof BinflashError) throw log;
    if (log !== undefined) throw noLog(log, 'its name is that of a log among the others');
    for (const warning of leftOut.warnings()) options.onWarning?.(warning);
    return opened.files;
  } catch (error) {
    await opened.close();
    await Promise.all(found.map(({ source }) => source?.close()));
    await Promise.all(undos.map(({ file }) => file.close()));
    throw error;
  }
}

/** A file as it was found; undefined is standard input. */
interface Found {
  readonly input: InputName;
  readonly source: SourceFile | undefined;
}

async function findAll(inputs: readonly InputName[], leftOut: LeftOut): Promise<Found[]> {
  const found: Found[] = [];
  try {
    for (const input of inputs) {
      const { path, from } = input;
      if (path === STANDARD_INPUT && from === undefined) {
        found.push({ input, source: undefined });
        continue;
      }
      try {
        found.push({ input, source: await SourceFile.open(path) });
      } catch (error) {
        if (from === undefined || !mayBePassedOver(error)) throw error;
        // Logs are purged from the first one on, never behind one that is there.
        if (input.isListed && found.some(({ input: before }) => before.from === from)) {
          error.hint = `${from} lists it behind others. ${NAME_THEM}`;
          throw error;
        }
        leftOut.unreadable(input, error);
      }
    }
    return found;
  } catch (error) {
    await Promise.all(found.map(({ source }) => source?.close()));
    throw error;
  }
}

const NAME_THEM = 'To do without it, name the binary logs themselves.';

/** Undefined for what is left out. */
async function plainOf(
  { input, source }: Found,
  options: OpenOptions,
  leftOut: LeftOut,
): Promise<InputFile | undefined> {
  if (source === undefined) {
    return unpacked(await readStandardInput(options.spoolFolder ?? tmpdir(), options.signal), options);
  }
  if (input.from === undefined) return unpacked(source, options);
  try {
    const file = await unpacked(source, options);
    if ((input.isListed || /\d$/.test(plainName(input.path))) && (await isBegun(file))) {
      leftOut.begun(input);
      await file.close();
      return undefined;
    }
    if (await isBinlog(file)) return file;
  } catch (error) {
    if (!(error instanceof BinflashError) || error.code !== 'NOT_A_BINLOG') throw error;
  }
  if (input.isListed) throw noLog(input.path, `${input.from} lists it`);
  leftOut.stranger(input);
  return undefined;
}

function noEvents(path: string, follower: string): BinflashError {
  return new BinflashError('TRUNCATED', `ends before its first event, though ${follower} follows it`, {
    file: path,
    hint: `Take another copy of it. ${NAME_THEM}`,
  });
}

function noLog(path: string, why: string): BinflashError {
  return new BinflashError('NOT_A_BINLOG', `does not begin as a binary log, though ${why}`, {
    file: path,
    hint: `It is damaged, or another file took its place. ${NAME_THEM}`,
  });
}

/** Closes it unless it is. */
async function isBinlog(file: InputFile): Promise<boolean> {
  let kind: InputKind | undefined;
  try {
    kind = await kindOf(file);
  } finally {
    if (kind !== 'binlog') await file.close();
  }
  return kind === 'binlog';
}

/**
 * What is in an archive, and decrypted where it is encrypted as a whole; anything else as it is: if it is no binary log,
 * the scan says what it is instead. Fails with everything closed.
 */
async function unpacked(
  base: InputFile,
  { spoolFolder = tmpdir(), maxUnpackedSize = DEFAULT_MOST, keys, onUnpack, signal }: OpenOptions,
): Promise<InputFile> {
  let file = base;
  try {
    const kind = await kindOf(base);
    if (kind === 'gzip' || kind === 'zstd') {
      const onRead = (done: number): void => onUnpack?.(done, base.size);
      file = await unpackArchive(base, kind, { folder: spoolFolder, most: maxUnpackedSize, onRead, signal });
    }
    return await DecryptedFile.of(file, keys?.keyring);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Is the file gone, no file (a socket too), or not for this user? That there are too many open ones is another matter. */
function mayBePassedOver(error: unknown): error is BinflashError {
  if (!(error instanceof BinflashError)) return false;
  return [undefined, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENXIO'].includes(
    errorCode(error.cause),
  );
}
