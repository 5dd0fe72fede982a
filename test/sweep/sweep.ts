import { exitCodes } from '../../src/errors.ts';
import { effects, undoOf } from '../builder/oracle.ts';
import { type BinlogRecord, readBinlog, readEvents } from '../builder/reader.ts';
import { unpacked } from '../builder/unpack.ts';
import type { Form } from './forms.ts';
import { codeOf, type Outcome, outcomeOf } from './outcome.ts';

/** How often each outcome was met; by the code of the error. */
export type Counts = Record<string, number>;

/** What is done to a file. */
interface Damage {
  readonly bytes: Buffer;
  readonly at: number;
  readonly isCut: boolean;
}

/**
 * Cuts a form's last file at every byte and flips every byte of it, all its bits and one, and judges what comes of it.
 * `every`: takes one place of so many, beginning with `from`. Answers what was found wrong.
 */
export async function sweepForm(form: Form, counts: Counts, every = 1, from = 0): Promise<string[]> {
  const last = form.files.at(-1)!;
  const references = new References(form);
  const wrong: string[] = [];
  for (let at = from % every; at < last.length; at += every) {
    const damages: Damage[] = [{ bytes: last.subarray(0, at), at, isCut: true }];
    for (const bits of [0xff, 1 << (at % 8)]) {
      const bytes = Buffer.from(last);
      bytes[at]! ^= bits;
      damages.push({ bytes, at, isCut: false });
    }
    for (const damage of damages) {
      const found = await judge(form, references, damage, counts).catch((error: unknown) => [
        error instanceof Error ? (error.stack ?? error.message) : String(error),
      ]);
      wrong.push(
        ...found.map((what) => `${form.name}, ${damage.isCut ? 'cut' : 'flipped'} at ${at}: ${what}`),
      );
    }
  }
  return wrong;
}

/** What comes of the whole events before a place, once for each event. */
class References {
  readonly #form: Form;
  readonly #known = new Map<number, Outcome>();
  readonly #starts: readonly number[];

  constructor(form: Form) {
    this.#form = form;
    this.#starts = readEvents(form.files.at(-1)!).map(({ offset }) => offset);
  }

  /** Where the event begins in which `at` is; 0 in the magic. */
  startOf(at: number): number {
    return this.#starts.findLast((start) => start <= at) ?? 0;
  }

  async upTo(offset: number): Promise<Outcome> {
    const { files, skip } = this.#form;
    const known = this.#known.get(offset);
    if (known !== undefined) return known;
    const prefix = files.at(-1)!.subarray(0, offset);
    const outcome = await outcomeOf([...files.slice(0, -1), prefix], skip);
    if ('undo' in outcome) checkByReader(this.#form, prefix, outcome.undo);
    this.#known.set(offset, outcome);
    return outcome;
  }
}

/** Scenarios that the tests' own reader understands, packed or not. */
const READABLE = /\/(order|workflow|compressed|packed)(, in use)?$|^\w+ without/;

function checkByReader({ name }: Form, prefix: Buffer, undo: Buffer): void {
  if (!READABLE.test(name)) return;
  const source = unpacked(prefix);
  if (source === undefined) return;
  const committed: BinlogRecord = {
    ...source,
    transactions: source.transactions.filter(({ end }) => end === 'XID' || end === 'COMMIT'),
  };
  const expected = JSON.stringify(undoOf(effects([committed])));
  if (JSON.stringify(effects([readBinlog(undo)])) !== expected) throw new Error('not the undo of its prefix');
}

async function judge(
  form: Form,
  references: References,
  { bytes, at, isCut }: Damage,
  counts: Counts,
): Promise<string[]> {
  const { files, skip, checksums } = form;
  const before = files.slice(0, -1);
  const outcome = await outcomeOf([...before, bytes], skip);
  const code = codeOf(outcome);
  counts[code] = (counts[code] ?? 0) + 1;
  // Nothing tells a flipped value from another one: that nothing breaks has to do.
  if (!isCut && !checksums) return 'undo' in outcome ? [] : wrongExit(code);
  const start = isCut && at === files.at(-1)!.length ? at : references.startOf(at);
  const reference = await references.upTo(start);
  if ('undo' in outcome) {
    if (!isCut && same(outcome, await references.upTo(files.at(-1)!.length))) return [];
    if (!same(outcome, reference)) return ['another undo than that of what stands before it'];
    const isNamed = outcome.warnings.some((warning) =>
      warning.includes(`at ${start}: these last ${bytes.length - start} bytes`),
    );
    return isNamed || start === bytes.length ? [] : [`not named: ${outcome.warnings.join('; ')}`];
  }
  const { error } = outcome;
  if (code === codeOf(reference) && exitCodes[error.code] !== 3) return [];
  const wrong = wrongExit(code);
  if (exitCodes[error.code] === 3 && start > 0 && error.offset !== start) {
    wrong.push(`${code} at ${error.offset}, not at ${start}: ${error.message}`);
  }
  if (isCut && start > 0 && exitCodes[error.code] === 3 && code !== 'TRUNCATED') {
    wrong.push(`cut, but ${code}: ${error.message}`);
  }
  const stop = /--stop-position (\d+)/.exec(error.hint ?? '')?.[1];
  if (stop !== undefined) {
    const advised = await outcomeOf([...before, bytes], skip, Number(stop));
    const expected = await references.upTo(Number(stop));
    if (codeOf(advised) !== codeOf(expected)) wrong.push(`advised ${stop}: ${codeOf(advised)}`);
    else if ('undo' in advised && !same(advised, expected)) wrong.push(`advised ${stop}: another undo`);
  }
  return wrong;
}

function same(outcome: Outcome, other: Outcome): boolean {
  return 'undo' in outcome && 'undo' in other && outcome.undo.equals(other.undo);
}

/** Damage ends with 3, what cannot be undone with 4; only where nothing is left to undo is it 1. */
function wrongExit(code: string): string[] {
  const exit = exitCodes[code as keyof typeof exitCodes];
  return [1, 3, 4].includes(exit) && code !== 'VERIFY_FAILED' ? [] : [`ends with ${code}`];
}
