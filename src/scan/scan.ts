import { ENCRYPTED_HEADER } from '../binlog/encryption/file-header.ts';
import type { Keys } from '../binlog/encryption/keys.ts';
import { type EventHeader, HEADER_LENGTH, MAGIC, MAX_EVENT, readHeader } from '../binlog/event-header.ts';
import { EventCode } from '../binlog/event-types.ts';
import { loadZstd, zstdIsLoaded } from '../binlog/zstd.ts';
import { BinflashError } from '../errors.ts';
import { ForwardWindow } from '../io/forward-window.ts';
import { PageStore } from '../io/page-store.ts';
import type { InputFile } from '../io/source.ts';
import type { Waits } from '../io/waits.ts';
import { type BinlogIndex, type FileSummary, lastLog } from './binlog-index.ts';
import { EventReader } from './event-reader.ts';
import { checkMagic, MAGIC_AS_TIME, nextLogLength } from './magic.ts';
import { NextLogs } from './next-log.ts';
import { tooOld } from './old-formats.ts';
import { PositionChecks } from './position-checks.ts';
import type { KnownDigits } from './shapes.ts';

/** Bytes read at a time. Any value gives the same result. */
export const DEFAULT_WINDOW: number = 2 * 1024 * 1024;

/** Most bytes that a TRANSACTION_PAYLOAD may unpack to, if nothing else is said: a bomb is larger. */
export const DEFAULT_MAX_UNPACKED: number = 64 * 1024 ** 3;

export interface ScanOptions {
  /** Window size in bytes. */
  readonly window?: number;
  /** Keeps the index; the caller closes it when the index is not needed any more. */
  readonly pages?: PageStore | undefined;
  /** Most bytes that one TRANSACTION_PAYLOAD may unpack to. */
  readonly maxUnpacked?: number | undefined;
  /** `--start-position`: must be where an event of the first file begins, or its end. */
  readonly startPosition?: number | undefined;
  /** `--stop-position`: the same for the last file; nothing is read past the transaction that is open there. */
  readonly stopPosition?: number | undefined;
  /** Called once a window with the bytes scanned so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For events that MariaDB has encrypted. */
  readonly encryptionKeys?: Keys | undefined;
  readonly knownDigits?: KnownDigits | undefined;
  /** Told how long the scan waits. */
  readonly waits?: Waits | undefined;
  /**
   * Called once a window with what the index holds so far, which grows from call to call: for those who cannot
   * wait. Transactions before `complete` will not change any more, but for what an XA COMMIT or XA ROLLBACK may
   * say of prepared ones. The scan ends early when the answer is false. Also called before an error is thrown.
   */
  readonly onIndex?: ((index: BinlogIndex, complete: number) => Promise<boolean>) | undefined;
}

/**
 * Reads files forward, once, in the order given, and makes the index. Every event is verified on the way.
 *
 * @throws BinflashError for the first thing that is damaged or cannot be read, with file, offset and type
 */
export async function scan(files: readonly InputFile[], options: ScanOptions = {}): Promise<BinlogIndex> {
  const pages = options.pages ?? new PageStore();
  const reader = new EventReader(
    options.maxUnpacked ?? DEFAULT_MAX_UNPACKED,
    pages,
    options.encryptionKeys,
    options.knownDigits,
  );
  const summaries: FileSummary[] = [];
  const index: BinlogIndex = {
    files: summaries,
    transactions: reader.grouping.transactions,
    events: reader.events,
    texts: reader.texts,
    shapes: reader.shapes.shapes,
    tables: reader.shapes.definitions,
    obstacles: reader.obstacles.table,
    digits: reader.digits,
    toldDigits: reader.toldDigits,
    pages,
  };
  let done = 0;
  for (const [number, file] of files.entries()) {
    const checks = new PositionChecks(
      file,
      number === 0 ? options.startPosition : undefined,
      number === files.length - 1 ? options.stopPosition : undefined,
    );
    const before = done;
    const onProgress = (bytes: number): void => options.onProgress?.(before + bytes);
    const wanted = await scanFile(file, reader, checks, summaries, index, { ...options, onProgress });
    if (!wanted) break;
    done += file.size;
  }
  return index;
}

/** Scans one file and adds its summary; answers false when {@link ScanOptions.onIndex} has seen enough. */
async function scanFile(
  file: InputFile,
  reader: EventReader,
  checks: PositionChecks,
  summaries: FileSummary[],
  index: BinlogIndex,
  options: ScanOptions,
): Promise<boolean> {
  const window = new ForwardWindow(file, options.window ?? DEFAULT_WINDOW, options.waits);
  const nextLogs = new NextLogs(file);
  try {
    await checkMagic(file, window);
    let at = window.begin + MAGIC.length;
    let summary: FileSummary | undefined;
    let offset = MAGIC.length;
    // Up to where encrypted events of the window have been decrypted.
    let plainTo = 0;
    for (;;) {
      let need = HEADER_LENGTH;
      let isTorn = false;
      let isAsked = false;
      try {
        // The per-event path: no promise but where compressed transactions are unpacked.
        while (window.end - at >= HEADER_LENGTH && !checks.stopsAt(offset, reader.grouping.open)) {
          readHeader(window.data, at, reader.place.header);
          isAsked = summary !== undefined && nextLogs.mayBegin(reader.place.header, offset);
          if (isAsked) break;
          if (reader.place.header.timestamp === MAGIC_AS_TIME && summary !== undefined) {
            need = nextLogLength(window.data, at, window.end, file.size - offset);
            if (need > window.end - at) break;
            if (need > 0) {
              checks.event(offset, offset + MAGIC.length);
              reader.beginLog(window.data, at + MAGIC.length, at + need, offset);
              nextLogs.begin(lastLog(summary));
              at += MAGIC.length;
              offset += MAGIC.length;
              need = HEADER_LENGTH;
              continue;
            }
          }
          isTorn = mayBeTorn(summary) && isCut(reader.place.header, offset, file.size);
          if (isTorn) break;
          need = checkSize(reader.place.header.size, offset, file.size);
          if (window.end - at < need) break;
          if (reader.decryption.isActive && at >= plainTo) {
            plainTo = reader.decrypt(window.data, at, window.end, offset);
            readHeader(window.data, at, reader.place.header);
          }
          checks.event(offset, offset + need);
          if (summary === undefined) {
            checkFirst(window.data, at, need);
            summary = reader.beginFile(file.path, file.size, window.data, at, at + need);
            summaries.push(summary);
            nextLogs.begin(lastLog(summary));
          } else if (reader.isPayload) {
            if (!zstdIsLoaded()) await loadZstd();
            await reader.readPayload(window.data, at, at + need, offset, options.signal);
          } else {
            reader.read(window.data, at, at + need, offset);
          }
          at += need;
          offset += need;
          need = HEADER_LENGTH;
        }
        if (isAsked) {
          const found = await nextLogs.at(offset, reader.place.header);
          if (found === 'event') continue;
          if (found === 'unread') await window.reread(at);
          else need = ENCRYPTED_HEADER;
          if (window.end - at >= need) {
            checks.event(offset, offset + need);
            at += need;
            offset += need;
            continue;
          }
        }
      } catch (error) {
        if (!(error instanceof BinflashError)) throw error;
        // The last event has its length, but not all of its bytes have come to the disk.
        isTorn = mayBeTorn(summary) && error.code === 'BAD_CHECKSUM' && offset + need === file.size;
        if (!isTorn) {
          adviseStop(error, reader, offset, file, summaries);
          error.locate({ file: file.path, offset, eventType: isAsked ? undefined : reader.eventTypeName });
          // What stands before it is whole, wherever the window began.
          const goOn = summary === undefined || ((await options.onIndex?.(index, reader.complete)) ?? true);
          if (!goOn) return false;
          throw error;
        }
      }
      options.onProgress?.(offset);
      options.signal?.throwIfAborted();
      if (options.onIndex && summary !== undefined && !(await options.onIndex(index, reader.complete))) {
        return false;
      }
      if (checks.stopsAt(offset, reader.grouping.open) || offset === file.size) break;
      isTorn ||= mayBeTorn(summary) && file.size - offset < need;
      if (isTorn) break;
      if (file.size - offset < need) {
        throw adviseStop(cutHeader(file, offset), reader, offset, file, summaries);
      }
      await window.advance(at, need);
      at = window.begin;
      plainTo = 0;
    }
    checks.end(offset);
    if (summary === undefined) throw cutHeader(file, offset);
    summary.scannedTo = offset;
    if (!checks.stopsAt(offset, reader.grouping.open)) summary.tornBytes = file.size - offset;
    reader.endFile();
    return true;
  } finally {
    await window.settle();
  }
}

/** Is the file one that its server has not closed? It may end anywhere: the server was writing it, or had crashed. */
function mayBeTorn(summary: FileSummary | undefined): boolean {
  return summary !== undefined && lastLog(summary).format.inUse;
}

/** Does the file end before the event does? Where a system crashed, zeros may stand for what did not come to the disk. */
function isCut(
  { timestamp, type, serverId, size, flags }: EventHeader,
  offset: number,
  end: number,
): boolean {
  if (size === 0) return timestamp === 0 && type === 0 && serverId === 0 && flags === 0;
  return size >= HEADER_LENGTH && size <= MAX_EVENT && offset + size > end;
}

function checkSize(size: number, offset: number, fileSize: number): number {
  if (size < HEADER_LENGTH) {
    throw new BinflashError('DAMAGED', `the event says it is ${size} bytes long, less than its own header`);
  }
  if (size > MAX_EVENT) {
    throw new BinflashError(
      'DAMAGED',
      `the event says it is ${size} bytes long, more than any server writes`,
    );
  }
  if (offset + size > fileSize) {
    throw new BinflashError(
      'TRUNCATED',
      `the event says it is ${size} bytes long, but the file ends after ${fileSize - offset}`,
      { hint: offset === MAGIC.length ? BEGUN_HINT : TORN_HINT },
    );
  }
  return size;
}

const BEGUN_HINT =
  'There is no event in it. Copy it again, or leave it out where it is the last one, of a server that was killed as it began it.';

const TORN_HINT =
  'The file is cut, its size field is damaged, or the server was still writing it: copy it again after FLUSH BINARY LOGS.';

function cutHeader(file: InputFile, offset: number): BinflashError {
  return new BinflashError(
    'TRUNCATED',
    `the file ends inside an event header, ${file.size - offset} bytes into it`,
    {
      file: file.path,
      offset,
      hint: offset === MAGIC.length ? BEGUN_HINT : TORN_HINT,
    },
  );
}

/** Adds to the hint of an error at `offset` how what stands before it may be used all the same. */
function adviseStop(
  error: BinflashError,
  reader: EventReader,
  offset: number,
  damaged: InputFile,
  summaries: readonly FileSummary[],
): BinflashError {
  const { open, current, transactions } = reader.grouping;
  // A transaction is read to its end even when it goes on behind the stop position.
  const position = open ? transactions.start.get(current) : offset;
  if (position > MAGIC.length && ['TRUNCATED', 'DAMAGED', 'BAD_CHECKSUM'].includes(error.code)) {
    // In relay logs, it may have begun in an earlier file.
    const begun = open ? summaries[transactions.file.get(current)]!.path : damaged.path;
    const last = begun === damaged.path ? 'this' : begun;
    const advice = `To use what stands before it, make ${last} the last file and add --stop-position ${position}.`;
    error.hint = error.hint === undefined ? advice : `${error.hint} ${advice}`;
  }
  return error;
}

function checkFirst(bytes: Uint8Array, at: number, size: number): void {
  const type = bytes[at + 4];
  if (type === EventCode.START_EVENT_V3) throw tooOld(bytes, at, size);
  if (type !== EventCode.FORMAT_DESCRIPTION) {
    throw new BinflashError('DAMAGED', 'the first event is not FORMAT_DESCRIPTION', {
      hint: 'A piece cut out of a binary log cannot be read: take the whole file.',
    });
  }
}
