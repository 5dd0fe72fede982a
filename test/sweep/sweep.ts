import { exitCodes } from '../../src/errors.ts';
import { fileName } from '../builder/arbitrary.ts';
import { effects, undoOf } from '../builder/oracle.ts';
import { type BinlogRecord, readBinlog, readEvents } from '../builder/reader.ts';
import { unpacked } from '../builder/unpack.ts';
import type { Form } from './forms.ts';
import { codeOf, type Outcome, outcomeOf } from './outcome.ts';

/** How often each outcome was met; by the code of the error. */
export type Counts = Record<string, number>;

/** What is done to a file of a form. */
interface Damage {
  readonly file: number;
  readonly bytes: Buffer;
  readonly at: number;
  readonly isCut: boolean;
}

/**
 * Cuts each file of a form at every byte and flips every byte of it, all its bits and one, and judges what comes of it.
 * `every`: takes one place of so many, beginning with `from`. Answers what was found wrong.
 */
export async function sweepForm(form: Form, counts: Counts, every = 1, from = 0): Promise<string[]> {
  const wrong: string[] = [];
  for (const [file, whole] of form.files.entries()) {
    const references = new References(form, file);
    for (let at = from % every; at < whole.length; at += every) {
      const damages: Damage[] = [{ file, bytes: whole.subarray(0, at), at, isCut: true }];
      for (const bits of [0xff, 1 << (at % 8)]) {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= bits;
        damages.push({ file, bytes, at, isCut: false });
      }
      for (const damage of damages) {
        const found = await judge(form, references, damage, counts).catch((error: unknown) => [
          error instanceof Error ? (error.stack ?? error.message) : String(error),
        ]);
        const where = `${form.name}, ${fileName(file)}, ${damage.isCut ? 'cut' : 'flipped'} at ${at}`;
        wrong.push(...found.map((what) => `${where}: ${what}`));
      }
    }
  }
  return wrong;
}

/** What comes of the whole events before a place in a file, once for each event, and of all of them. */
class References {
  readonly #form: Form;
  readonly #file: number;
  readonly #known = new Map<number, Outcome>();
  readonly #starts: readonly number[];
  #whole: Outcome | undefined;

  constructor(form: Form, file: number) {
    this.#form = form;
    this.#file = file;
    this.#starts = readEvents(form.files[file]!).map(({ offset }) => offset);
  }

  /** Where the event begins in which `at` is; 0 in the magic. */
  startOf(at: number): number {
    return this.#starts.findLast((start) => start <= at) ?? 0;
  }

  async upTo(offset: number): Promise<Outcome> {
    const { files, skip } = this.#form;
    const known = this.#known.get(offset);
    if (known !== undefined) return known;
    const prefix = files[this.#file]!.subarray(0, offset);
    const outcome = await outcomeOf([...files.slice(0, this.#file), prefix], skip);
    if ('undo' in outcome) checkByReader(this.#form, prefix, outcome.undo);
    this.#known.set(offset, outcome);
    return outcome;
  }

  async whole(): Promise<Outcome> {
    this.#whole ??= await outcomeOf(this.#form.files, this.#form.skip);
    return this.#whole;
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
  { file, bytes, at, isCut }: Damage,
  counts: Counts,
): Promise<string[]> {
  const { files, skip, checksums } = form;
  const damaged = files.with(file, bytes);
  const outcome = await outcomeOf(damaged, skip);
  const code = codeOf(outcome);
  counts[code] = (counts[code] ?? 0) + 1;
  // Nothing tells a flipped value from another one: that nothing breaks has to do.
  if (!isCut && !checksums) return 'undo' in outcome ? [] : wrongExit(code);
  const start = references.startOf(at);
  const reference = await references.upTo(start);
  if ('undo' in outcome) {
    if (same(outcome, await references.whole())) return [];
    if (file < files.length - 1 && isCut && start === at) return wrongGap(outcome, await references.whole());
    if (!same(outcome, reference)) return ['another undo than that of what stands before it'];
    const isNamed = outcome.warnings.some((warning) =>
      warning.includes(`at ${start}: these last ${bytes.length - start} bytes`),
    );
    return isNamed || start === bytes.length ? [] : [`not named: ${outcome.warnings.join('; ')}`];
  }
  const { error } = outcome;
  if (exitCodes[error.code] === 4) {
    const others = [reference, await references.whole()].map(codeOf);
    // A FORMAT_DESCRIPTION whose version is not known may have no checksum: nothing tells that it is damaged.
    if (code === 'UNSUPPORTED' && isInFormat(form, file, start)) return [];
    // Relay logs do not tell what is missing where a transaction goes on, or of which the beginning is gone.
    const isGap = code === 'GAP' || code === 'UNFINISHED';
    if (isGap && isCut && start === at && file < files.length - 1) return [];
    return others.includes(code) ? [] : [`${code}: ${error.message}`];
  }
  const wrong = wrongExit(code);
  if (exitCodes[error.code] === 3 && start > 0 && error.offset !== start) {
    wrong.push(`${code} at ${error.offset}, not at ${start}: ${error.message}`);
  }
  if (isCut && start > 0 && exitCodes[error.code] === 3 && code !== 'TRUNCATED') {
    wrong.push(`cut, but ${code}: ${error.message}`);
  }
  const [, last, stop] =
    /make (\S+) the last file and add --stop-position (\d+)/.exec(error.hint ?? '') ?? [];
  if (stop !== undefined) {
    const number = last === 'this' ? file : files.findIndex((_, i) => fileName(i) === last);
    const whole = files[number]!.subarray(0, Number(stop));
    const advised = await outcomeOf(damaged.slice(0, number + 1), skip, Number(stop));
    const expected = await outcomeOf([...files.slice(0, number), whole], skip);
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

function isInFormat({ files }: Form, file: number, start: number): boolean {
  return files[file]![start + 4] === 15;
}

/** Between two relay logs, transactions may be missing: each that is there must be whole, and a warning must tell. */
function wrongGap(outcome: Outcome, whole: Outcome): string[] {
  if (!('undo' in outcome && 'undo' in whole)) return ['undone, though the whole is not'];
  const all = new Set(effects([readBinlog(whole.undo)]).map((changes) => JSON.stringify(changes)));
  const some = effects([readBinlog(outcome.undo)]).map((changes) => JSON.stringify(changes));
  if (!some.every((changes) => all.has(changes))) return ['a transaction is undone in part'];
  return outcome.warnings.some((warning) => warning.includes('ROTATE or STOP')) ? [] : ['no word of the gap'];
}
