import { BinflashError } from '../errors.ts';
import { makePlan, type Plan, type PlanOptions, planLines } from '../flashback/plan.ts';
import { RefusedError } from '../flashback/refusals.ts';
import { spoolFolder } from '../flashback/rewrite.ts';
import { inputIdentities } from '../io/inputs/names.ts';
import { checkTarget, type Output } from '../io/output.ts';
import { PartFiles } from '../io/part-files.ts';
import type { InputFile } from '../io/source.ts';
import { leftBehind } from '../io/temporary-names.ts';
import { checkUnchanged, type ReadOptions, readIndex, withBinlogs } from '../read/binlogs.ts';
import { Phase } from '../read/phase.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { Selector } from '../select/selection.ts';
import { TableDescriptions } from '../tables/description.ts';
import { RowFilter } from '../where/row-filter.ts';
import { selectRows } from '../where/select-rows.ts';
import type { ByteText } from '../wire/byte-text.ts';
import type { ChangeWriter } from './change-writer.ts';
import { expectOneTable } from './export/csv-writer.ts';
import { checkOmissions, judgeText, selectedShapes, triggerWarnings } from './judge-text.ts';
import {
  type MakeWriter,
  NumberedTexts,
  type SplitBy,
  type TextParts,
  TextsByTable,
  WholeText,
} from './text-parts.ts';
import { type TextOptions, TextWriters } from './text-writers.ts';
import { validateTextOptions } from './validate.ts';
import { WholeStatements } from './whole-statements.ts';
import { tryValues, writeChanges } from './write-changes.ts';

export interface SqlOptions extends ReadOptions, Omit<PlanOptions, 'direction'>, TextOptions {
  /** Binary log files, in any order. */
  readonly inputs: readonly string[];
  /** Path of the text, or an {@link Output} to stream it to. */
  readonly output: string | Output;
  /** Replace an existing output. */
  readonly force?: boolean | undefined;
  /** Cut the text into several files; only for a path. */
  readonly splitBy?: SplitBy | undefined;
  /** For `splitBy: 'size'`: a file is followed by another one when it has reached so many bytes. */
  readonly maxFileSize?: number | undefined;
  /** Go on with tables whose triggers will fire. */
  readonly ignoreTriggers?: boolean | undefined;
}

export interface SqlResult {
  readonly plan: Plan;
  /** The files written, in the order in which they are to be run; those of `splitBy: 'table'` have none. */
  readonly outputs: readonly string[];
  readonly bytes: number;
  /** Statements that change rows, and the longest of them in bytes; 0 where the text is no SQL. */
  readonly statements: number;
  readonly longestStatement: number;
}

/**
 * Writes the selected row changes as text: as SQL that makes them again, or with `flashback` takes them back in exactly
 * reverse order; or with `audit`, as old and new values for tables or files of their own.
 *
 * Everything that can be refused is, before a stream gets its first byte; an output path comes into being only when
 * everything is written and flushed.
 *
 * @throws BinflashError, see {@link exitCodes}; {@link RefusedError} with every reason why it cannot be done by SQL
 */
export async function sql(options: SqlOptions): Promise<SqlResult> {
  validateTextOptions(options);
  const descriptions = options.descriptions ?? new TableDescriptions();
  const filter = new RowFilter(options.select?.where, descriptions);
  const folder = spoolFolder({ output: pathOf(options.output) });
  return withBinlogs(options.inputs, { spoolFolder: folder, ...options }, async (files, pages) => {
    const inputs = await inputIdentities(options.inputs, files);
    const { output } = options;
    const force = options.force ?? false;
    if (typeof output === 'string' && options.splitBy === undefined) await checkTarget(output, inputs, force);
    pages.folder = folder;
    const index = await readIndex(files, options, pages);
    const selector = new Selector(index, options.select ?? {});
    const mask = await selectRows(index, files, selector, filter, options, folder);
    const writers = new TextWriters(index, descriptions, options);
    const planning = new Phase('plan', options.onDebug);
    const planned = makePlan(index, { ...options, ...writers.planOptions }, mask);
    planning.end(0, () => planLines(planned));
    const shapes = selectedShapes(planned);
    if (options.format === 'csv' && options.splitBy !== 'table') {
      expectOneTable(shapes.map((shape) => writers.describe(shape)));
    }
    const plan = {
      ...planned,
      warnings: [...planned.warnings, ...writers.warnings(shapes), ...triggerWarnings(writers, shapes)],
    };
    const refusals = refusalsOf(plan, writers, options.ignoreTriggers ?? false);
    if (refusals.length > 0) throw new RefusedError(refusals);
    checkOmissions(plan, writers, options);
    return write(plan, files, writers, new PartFiles(inputs, force), options);
  });
}

/**
 * Every reason against it. Where definitions are missing besides, the plan's own reasons are told alone: no definition
 * would help.
 *
 * @throws BinflashError `SCHEMA`
 */
function refusalsOf(plan: Plan, writers: TextWriters, ignoreTriggers: boolean): readonly BinflashError[] {
  try {
    return [...plan.refusals, ...judgeText(plan, writers, ignoreTriggers)];
  } catch (error) {
    if (plan.refusals.length > 0 && error instanceof BinflashError && error.code === 'SCHEMA')
      return plan.refusals;
    throw error;
  }
}

async function write(
  plan: Plan,
  files: readonly InputFile[],
  writers: TextWriters,
  parts: PartFiles,
  options: SqlOptions,
): Promise<SqlResult> {
  const { output } = options;
  const writing = {
    window: options.window,
    spoolFolder: spoolFolder({ output: pathOf(output) }),
    onProgress: options.onProgress,
    onDebug: options.onDebug,
    signal: options.signal,
  };
  const shapes = selectedShapes(plan);
  const made: { text: ByteText; writer: ChangeWriter }[] = [];
  const makeWriter = (text: ByteText): ChangeWriter => {
    const writer = writers.make(text, shapes);
    made.push({ text, writer });
    return writer;
  };
  const warnings = [...plan.warnings, ...(typeof output === 'string' ? await leftBehind(output) : [])];
  try {
    // A file with half of the text is never seen; half of a stream is.
    if (typeof output !== 'string') await tryValues(plan, files, writers, writing);
    const stream = streamOf(options);
    const texts = await textParts(plan.index, parts, makeWriter, { ...options, output: stream ?? output });
    await writeChanges(plan, files, writers, texts, writing);
    await stream?.close();
    warnings.push(...(await checkUnchanged(files)));
    const flushing = new Phase('flush', options.onDebug);
    await parts.finish();
    if (parts.count > 0) flushing.end(0);
    warnings.push(...(await parts.publish(options.signal)));
  } catch (error) {
    throw await parts.abandon(error);
  }
  const tallies = made.map(({ writer }) => writer.tally ?? { statements: 0, longest: 0 });
  return {
    plan: { ...plan, warnings },
    outputs: parts.paths,
    bytes: made.reduce((sum, { text }) => sum + text.total, 0),
    statements: tallies.reduce((sum, { statements }) => sum + statements, 0),
    longestStatement: tallies.reduce((most, { longest }) => Math.max(most, longest), 0),
  };
}

/** A stream of statements, if that is what is written. */
function streamOf({ output, format = 'sql' }: SqlOptions): WholeStatements | undefined {
  return typeof output === 'string' || format !== 'sql' ? undefined : new WholeStatements(output);
}

async function textParts(
  index: BinlogIndex,
  parts: PartFiles,
  makeWriter: MakeWriter,
  { output, splitBy, maxFileSize }: SqlOptions,
): Promise<TextParts> {
  if (typeof output !== 'string') return new WholeText(index, output, makeWriter);
  switch (splitBy) {
    case undefined:
      return new WholeText(index, await parts.open(output), makeWriter);
    case 'table':
      return new TextsByTable(index, parts, output, makeWriter);
    case 'transaction':
      return new NumberedTexts(index, parts, output, 0, makeWriter);
    case 'size':
      return new NumberedTexts(index, parts, output, maxFileSize!, makeWriter);
  }
}

function pathOf(output: string | Output): string | undefined {
  return typeof output === 'string' ? output : undefined;
}
