import type { Plan } from '../flashback/plan.ts';
import { selectedBytes } from '../flashback/plan.ts';
import type { Output } from '../io/output.ts';
import type { InputFile } from '../io/source.ts';
import { BatchReader } from '../read/batch-reader.ts';
import type { ReadOptions } from '../read/binlogs.ts';
import { Phase } from '../read/phase.ts';
import { eventPlaces } from '../read/places.ts';
import { NumberList } from '../scan/paged-column.ts';
import { DEFAULT_WINDOW } from '../scan/scan.ts';
import { ChangeReader } from './change-reader.ts';
import { selectedShapes } from './judge-text.ts';
import { type TextParts, WholeText } from './text-parts.ts';
import type { TextWriters } from './text-writers.ts';

export interface WritingOptions extends Pick<ReadOptions, 'window' | 'onProgress' | 'onDebug' | 'signal'> {
  /** Folder for temporary files, in which large packed events are unpacked. */
  readonly spoolFolder: string;
}

/**
 * Hands the plan's changes to the writers of `texts`, in the direction that these ask for.
 *
 * @throws BinflashError `IO`, and what the writers throw
 */
export async function writeChanges(
  plan: Plan,
  files: readonly InputFile[],
  writers: TextWriters,
  texts: TextParts,
  options: WritingOptions,
): Promise<void> {
  const rows = await passOn(plan, plan.events, files, writers, texts, options, 'write');
  // What was written must be what was planned, or the output does not get its name.
  if (rows !== plan.rows) throw new Error(`wrote ${rows} rows of ${plan.rows}: a defect in binflash`);
}

const NOWHERE: Output = { write: async () => {} };

/**
 * Writes nowhere what may turn out not to be writable: half of a stream cannot be taken back.
 *
 * @throws BinflashError what writing it would throw
 */
export async function tryValues(
  plan: Plan,
  files: readonly InputFile[],
  writers: TextWriters,
  options: WritingOptions,
): Promise<void> {
  const doubtful = new Set(selectedShapes(plan).filter((shape) => writers.mayThrow(shape)));
  if (doubtful.size === 0) return;
  const { events } = plan.index;
  const tried = new NumberList(plan.index.pages);
  for (let i = 0; i < plan.events.length; i++) {
    const event = plan.events.get(i);
    if (doubtful.has(events.shape.get(event))) tried.push(event);
  }
  const shapes = selectedShapes(plan);
  const nowhere = new WholeText(plan.index, NOWHERE, (out) => writers.make(out, shapes));
  await passOn(plan, tried, files, writers, nowhere, options, 'read');
}

async function passOn(
  plan: Plan,
  events: NumberList,
  files: readonly InputFile[],
  writers: TextWriters,
  texts: TextParts,
  options: WritingOptions,
  phase: 'read' | 'write',
): Promise<number> {
  const { index, mask } = plan;
  const { direction } = writers;
  const window = options.window ?? DEFAULT_WINDOW;
  const timing = new Phase(phase === 'read' ? 'try' : phase, options.onDebug);
  const reader = new BatchReader(index, files, {
    window,
    spoolFolder: options.spoolFolder,
    signal: options.signal,
    waits: timing.waits,
  });
  const changes = new ChangeReader(plan, direction, (shape) => writers.describe(shape));
  let total = 0;
  for (let i = 0; i < events.length; i++) total += selectedBytes(index, mask, events.get(i));
  let done = 0;
  try {
    for await (const batch of reader.read(eventPlaces(index, events), direction)) {
      for (let k = 0; k <= batch.last - batch.first; k++) {
        const i = direction === 'forward' ? batch.first + k : batch.last - k;
        const event = events.get(i);
        let part = texts.of(event);
        if (part === undefined) {
          // One batch may be thousands of files.
          options.signal?.throwIfAborted();
          part = await texts.open(event);
        }
        batch.events.open(i);
        changes.read(event, batch.events, part.writer);
        done += selectedBytes(index, mask, event);
        if (part.isFull) await timing.waits.writing(part.room());
      }
      options.onProgress?.({ phase, done, total });
    }
    await timing.waits.writing(texts.close());
    // Who stops it while the last of it is written wants no output either.
    options.signal?.throwIfAborted();
  } finally {
    await texts.settle();
  }
  timing.end(done, () => [`${changes.rows} row changes, ${direction}`]);
  return changes.rows;
}
