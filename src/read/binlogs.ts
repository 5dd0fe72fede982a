import { BinflashError, exitCodes } from '../errors.ts';
import { type OpenOptions, openInputs } from '../io/inputs/open.ts';
import { PageStore } from '../io/page-store.ts';
import type { InputFile } from '../io/source.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { digitsText } from '../scan/digits-search.ts';
import { orderFiles } from '../scan/order.ts';
import { DEFAULT_WINDOW, type ScanOptions, scan } from '../scan/scan.ts';
import { checkSequence } from '../scan/sequence.ts';
import type { KnownDigits } from '../scan/shapes.ts';
import type { Selection } from '../select/selection.ts';
import { mebibytes, type OnDebug, Phase } from './phase.ts';

/** How far a run is, in bytes of the inputs. */
export interface Progress {
  readonly phase: 'unpack' | 'scan' | 'read' | 'write' | 'verify';
  readonly done: number;
  readonly total: number;
}

/** Options of everything that reads binary logs. */
export interface ReadOptions extends Omit<OpenOptions, 'onUnpack'> {
  /** Called once a window. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Bytes read at a time; the result does not depend on it. */
  readonly window?: number | undefined;
  /** Told, line by line, what the run decides and where its time goes. */
  readonly onDebug?: OnDebug | undefined;
}

/** Who may know the digits of fraction of temporal columns of old. */
export interface TellsDigits {
  readonly digitsOf: KnownDigits;
  /** What they know of no table that was met. */
  unusedDigits(): string[];
}

/** As much of a selection as bounds what is read at all. */
export type Bounds = Pick<Selection, 'startPosition' | 'stopPosition'>;

/** Opens binary logs and puts them in order. The caller closes them. @throws BinflashError, see {@link openInputs} */
export async function openBinlogs(names: readonly string[], options: ReadOptions = {}): Promise<InputFile[]> {
  const onUnpack = (done: number, total: number): void =>
    options.onProgress?.({ phase: 'unpack', done, total });
  const opened = await openInputs(names, { ...options, onUnpack });
  try {
    return await orderFiles(opened);
  } catch (error) {
    await Promise.all(opened.map((file) => file.close()));
    throw error;
  }
}

/**
 * Scans opened files into an index, which `pages` keep, and checks that they follow each other.
 *
 * @throws BinflashError for what is damaged, missing or cannot be read
 */
export async function readIndex(
  files: readonly InputFile[],
  options: ReadOptions & {
    readonly select?: Bounds | undefined;
    readonly descriptions?: TellsDigits | undefined;
  },
  pages?: PageStore,
): Promise<BinlogIndex> {
  const total = bytesToScan(files, options.select);
  const window = options.window ?? DEFAULT_WINDOW;
  const phase = new Phase('scan', options.onDebug);
  const known: KnownDigits = (table, flavour) => options.descriptions?.digitsOf(table, flavour);
  const scanning: ScanOptions = {
    window,
    pages,
    waits: phase.waits,
    maxUnpacked: options.maxUnpackedSize,
    encryptionKeys: options.keys?.encryptionKeys,
    startPosition: options.select?.startPosition,
    stopPosition: options.select?.stopPosition,
    onProgress: (done) => options.onProgress?.({ phase: 'scan', done, total }),
    signal: options.signal,
    knownDigits: known,
  };
  let index = await scan(files, scanning);
  const found = index.digits.found();
  if (found.size > 0) {
    // All of it is read again, with lengths that are known now.
    options.onDebug?.(
      `precisions found: ${[...found].map(([table, masks]) => digitsText(table, masks)).join(' ')}`,
    );
    const byBody = new Map(Array.from(found, ([{ body }, masks]) => [bodyKey(body), masks]));
    const knownDigits: KnownDigits = (table, flavour) =>
      byBody.get(bodyKey(table.body)) ?? known(table, flavour);
    index = await scan(files, { ...scanning, knownDigits });
  }
  phase.end(scannedBytes(index), () => [...indexDetails(index), `windows of ${mebibytes(window)}`]);
  checkSequence(index.files);
  for (const warning of options.descriptions?.unusedDigits() ?? []) options.onWarning?.(warning);
  return index;
}

const bodyKey = (body: Uint8Array): string => Buffer.from(body).toString('latin1');

/** Bytes that a scan comes by at least: what stands behind a stop position is not read. */
export function bytesToScan(files: readonly InputFile[], bounds: Bounds | undefined): number {
  const all = files.reduce((sum, file) => sum + file.size, 0);
  const last = files.at(-1)?.size ?? 0;
  return all - last + Math.min(last, bounds?.stopPosition ?? last);
}

export function scannedBytes({ files }: BinlogIndex): number {
  return files.reduce((sum, { scannedTo }) => sum + scannedTo, 0);
}

/** What a scan has found, as lines for {@link ReadOptions.onDebug}. */
export function indexDetails({ files, transactions, events, shapes, texts, pages }: BinlogIndex): string[] {
  return [
    ...files.map(
      ({ path, size, format }) =>
        `file ${path}: ${mebibytes(size)}, server ${format.serverVersion}, checksum ${format.checksum}`,
    ),
    `index: ${events.length} rows events in ${transactions.length} transactions, ${shapes.length} shapes of row images, ${texts.length} texts of statements, ${events.containers.length} compressed events; full pages ${mebibytes(pages.kept)} in memory, ${mebibytes(pages.spilled)} in a temporary file`,
  ];
}

/**
 * Opens files, hands them to `use`, with pages for their index, and closes both whatever comes of it. What looks like
 * damage, or like a defect of this program, in a file that was written to meanwhile is told as that.
 */
export async function withBinlogs<T>(
  inputs: readonly string[],
  options: ReadOptions,
  use: (files: readonly InputFile[], pages: PageStore) => Promise<T>,
): Promise<T> {
  const files = await openBinlogs(inputs, options);
  const pages = new PageStore();
  try {
    return await use(files, pages);
  } catch (error) {
    if (mayStemFromChange(error)) await checkUnchanged(files);
    throw error;
  } finally {
    pages.close();
    await Promise.all(files.map((file) => file.close()));
  }
}

/** The same for who only looks: that the files stayed as they were is checked at the end. */
export function lookAtBinlogs<T>(
  inputs: readonly string[],
  options: ReadOptions,
  use: (files: readonly InputFile[], pages: PageStore) => Promise<T>,
): Promise<T> {
  return withBinlogs(inputs, options, async (files, pages) => {
    const result = await use(files, pages);
    await checkUnchanged(files);
    return result;
  });
}

/** Decoders that meet other bytes than the scan did fail in ways of their own. */
function mayStemFromChange(error: unknown): boolean {
  if (error instanceof BinflashError) {
    return error.code === 'VERIFY_FAILED' || [3, 4].includes(exitCodes[error.code]);
  }
  return error instanceof RangeError || error instanceof TypeError;
}

/**
 * Makes sure that what was read still is what the files hold, before anything that was made of it is given out.
 *
 * @throws BinflashError `IO` when one was cut or overwritten meanwhile
 * @returns what there is to say of those that have grown
 */
export async function checkUnchanged(files: readonly InputFile[]): Promise<string[]> {
  const states = await Promise.all(files.map((file) => file.check()));
  return files
    .filter((_, number) => states[number] === 'grown')
    .map(
      ({ path, size }) => `${path} has grown since it was opened: what stands behind ${size} was not read`,
    );
}
