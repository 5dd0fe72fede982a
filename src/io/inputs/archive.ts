import { unzstdStream } from '../../binlog/zstd-stream.ts';
import { BinflashError } from '../../errors.ts';
import { formatBytes } from '../../wire/format-bytes.ts';
import { shellPath } from '../../wire/shell.ts';
import { checkUnpackRoom } from '../room.ts';
import type { InputFile } from '../source.ts';
import { SpoolFile } from '../spool.ts';
import { FileQueue } from './byte-queue.ts';
import { gunzip } from './gunzip.ts';
import { KIND_BYTES, kindOfBytes } from './kind.ts';
import { UnpackedFile } from './unpacked-file.ts';

export interface UnpackOptions {
  /** Folder of the temporary file. */
  readonly folder: string;
  /** Most bytes that the archive may unpack to: a bomb is larger. */
  readonly most: number;
  /** Called with how many bytes of the archive have been read. */
  readonly onRead?: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Unpacks an archive of a binary log into a temporary file that has no name.
 *
 * @throws BinflashError `DAMAGED`, `TRUNCATED`, `NOT_A_BINLOG` when it holds something else, `LIMIT`, `IO`
 */
export async function unpackArchive(
  archive: InputFile,
  kind: 'gzip' | 'zstd',
  options: UnpackOptions,
): Promise<InputFile> {
  let spool: SpoolFile | undefined;
  try {
    // A log is larger than its archive.
    await checkUnpackRoom(options.folder, archive.path, archive.size);
    spool = await SpoolFile.create(options.folder);
    await fill(spool, archive, kind, options);
    return new UnpackedFile(archive, spool, archive);
  } catch (error) {
    const unpacked = spool?.length ?? 0;
    await spool?.close();
    options.signal?.throwIfAborted();
    if (!(error instanceof BinflashError)) throw error;
    throw error.locate({ file: archive.path, hint: hintOf(error, kind, archive.path, unpacked) });
  }
}

async function fill(
  spool: SpoolFile,
  archive: InputFile,
  kind: 'gzip' | 'zstd',
  { most, onRead = () => {}, signal }: UnpackOptions,
): Promise<void> {
  const heard = (bytes: number): void => {
    signal?.throwIfAborted();
    onRead(bytes);
  };
  const pieces = kind === 'gzip' ? gunzip(archive, heard) : unzstdStream(new FileQueue(archive, heard));
  for await (const piece of pieces) {
    if (spool.length + piece.length > most) throw tooLarge(most);
    const isKnown = spool.length >= KIND_BYTES;
    await spool.write(piece);
    if (!isKnown && spool.length >= KIND_BYTES) await checkContent(spool);
  }
  if (spool.length < KIND_BYTES) throw noBinlog();
}

async function checkContent(spool: SpoolFile): Promise<void> {
  const first = new Uint8Array(KIND_BYTES);
  await spool.read(first, 0, first.length, 0);
  if (kindOfBytes(first) !== 'binlog') throw noBinlog();
}

function noBinlog(): BinflashError {
  return new BinflashError('NOT_A_BINLOG', 'is an archive, but what it holds does not begin as a binary log');
}

function tooLarge(most: number): BinflashError {
  return new BinflashError('LIMIT', `the archive unpacks to more than ${formatBytes(most)}`, {
    hint: 'If it is no bomb, raise --max-unpacked-size.',
  });
}

/** What to do about an archive that cannot be unpacked. */
function hintOf(
  { code }: BinflashError,
  kind: 'gzip' | 'zstd',
  path: string,
  unpacked: number,
): string | undefined {
  if (code === 'UNSUPPORTED') return 'Unpack it with zstd itself, and name the plain log.';
  if (code !== 'DAMAGED' && code !== 'TRUNCATED') return undefined;
  const rest =
    unpacked === 0
      ? ''
      : ` The first ${formatBytes(unpacked)} can be unpacked: ${kind} -dc ${shellPath(path)} > part, and part can be used up to where it is cut.`;
  return `Take another copy of the log or of ${path}.${rest}`;
}
