import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { BinflashError } from '../errors.ts';
import { isEmpty, judgeSelection, nothingLeft } from '../flashback/plan.ts';
import { tornWarnings } from '../flashback/unclosed.ts';
import { readReportAssets } from '../io/assets.ts';
import { inputIdentities } from '../io/inputs/names.ts';
import { checkTarget, type Output } from '../io/output.ts';
import { PartFiles } from '../io/part-files.ts';
import type { InputFile } from '../io/source.ts';
import { leftBehind } from '../io/temporary-names.ts';
import { checkUnchanged, type ReadOptions, readIndex, withBinlogs } from '../read/binlogs.ts';
import { Phase } from '../read/phase.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { DEFAULT_WINDOW } from '../scan/scan.ts';
import { commandWarnings } from '../select/command-warnings.ts';
import { notUnderstoodWarnings } from '../select/not-understood.ts';
import { type Selection, Selector } from '../select/selection.ts';
import { TableDescriptions } from '../tables/description.ts';
import { RowFilter } from '../where/row-filter.ts';
import type { RowMask } from '../where/row-mask.ts';
import { selectRows } from '../where/select-rows.ts';
import { type PageAssets, renderPage } from './page.ts';
import { makeReportData } from './report-data.ts';
import type { ReportData } from './view/data.ts';

export interface ReportOptions extends ReadOptions {
  /** Binary log files, in any order. */
  readonly inputs: readonly string[];
  /** Path of the page, or an {@link Output} to write it to. */
  readonly output: string | Output;
  /** Replace an existing output. */
  readonly force?: boolean | undefined;
  readonly select?: Selection | undefined;
  /** What row filters know of tables; default: what the log tells. */
  readonly descriptions?: TableDescriptions | undefined;
  /** Options, with their values, that the page's commands need besides the selection. */
  readonly commandOptions?: readonly (readonly [option: string, value: string])[] | undefined;
}

export interface ReportResult {
  readonly data: ReportData;
  /** Size of the page. */
  readonly bytes: number;
  /** What there is to mind about files. */
  readonly warnings: readonly string[];
}

/**
 * Writes one self-contained page that shows the selected row changes over time.
 *
 * @throws BinflashError `NO_MATCH` when nothing is selected, else as `rewrite` does
 */
export async function report(options: ReportOptions): Promise<ReportResult> {
  const { output, force = false } = options;
  // What does not parse is told before anything is read.
  const filter = new RowFilter(options.select?.where, options.descriptions ?? new TableDescriptions());
  const assets = await readReportAssets();
  const folder = typeof output === 'string' ? dirname(output) : undefined;
  return await withBinlogs(options.inputs, { spoolFolder: folder, ...options }, async (files, pages) => {
    const inputs = await inputIdentities(options.inputs, files);
    if (typeof output === 'string') await checkTarget(output, inputs, force);
    if (folder !== undefined) pages.folder = folder;
    const index = await readIndex(files, options, pages);
    const selector = new Selector(index, options.select ?? {});
    const mask = await selectRows(index, files, selector, filter, options);
    const phase = new Phase('page', options.onDebug);
    const { data, page } = await makePage(index, files, assets, options, mask);
    phase.end(0);
    const bytes = Buffer.from(page);
    const warnings = [
      ...tornWarnings(index),
      ...uncountedWarnings(data),
      ...notUnderstoodWarnings(index, (obstacle) => selector.covers(obstacle)),
      ...commandWarnings(options.inputs, options.commandOptions ?? []),
      ...(await checkUnchanged(files)),
    ];
    if (typeof output === 'string') {
      warnings.push(...(await leftBehind(output)));
      warnings.push(...(await publish(output, bytes, new PartFiles(inputs, force), options.signal)));
    } else await output.write(bytes);
    return { data, bytes: bytes.length, warnings };
  });
}

function uncountedWarnings({ uncounted }: ReportData): string[] {
  if (uncounted.length === 0) return [];
  const listed = uncounted.slice(0, 8).join(', ');
  const more = uncounted.length > 8 ? ` and ${uncounted.length - 8} more` : '';
  return [
    `not on the page: changes of ${listed}${more}, whose rows cannot be counted (binflash inspect says why)`,
  ];
}

/** A page of more bytes is slow to open and to send. */
const MOST_BYTES = 5_000_000;

/** How much a page tells of single transactions: less where it would become too large. */
const BUDGETS: readonly { transactions: number; statementLength: number }[] = [
  { transactions: 1200, statementLength: 400 },
  { transactions: 1200, statementLength: 120 },
  { transactions: 400, statementLength: 80 },
  { transactions: 50, statementLength: 40 },
];

/** Gathers the data and renders it, within {@link MOST_BYTES}. */
export async function makePage(
  index: BinlogIndex,
  files: readonly InputFile[],
  assets: PageAssets,
  options: Pick<ReportOptions, 'select' | 'commandOptions' | 'window' | 'signal'>,
  mask?: RowMask,
): Promise<{ data: ReportData; page: string }> {
  const select = options.select ?? {};
  const plan = judgeSelection(index, { select }, mask);
  const refusals = isEmpty(plan) ? [nothingLeft(plan)] : plan.refusals;
  for (const budget of BUDGETS) {
    const data = await makeReportData(
      index,
      files,
      { refusals },
      {
        ...budget,
        select,
        mask,
        options: options.commandOptions ?? [],
        window: options.window ?? DEFAULT_WINDOW,
        spoolFolder: tmpdir(),
        signal: options.signal,
        now: Math.floor(Date.now() / 1000),
      },
    );
    const page = renderPage(data, assets);
    if (Buffer.byteLength(page) <= MOST_BYTES) return { data, page };
  }
  throw new BinflashError('LIMIT', `the page would have more than ${MOST_BYTES} bytes`, {
    hint: 'Narrow the selection by time or table, or name fewer files.',
  });
}

async function publish(
  path: string,
  bytes: Uint8Array,
  parts: PartFiles,
  signal?: AbortSignal,
): Promise<string[]> {
  try {
    const file = await parts.open(path);
    await file.write(bytes);
    return await parts.publish(signal);
  } catch (error) {
    throw await parts.abandon(error, bytes.length);
  }
}
