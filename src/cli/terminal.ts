import { type BinflashError, topics } from '../errors.ts';
import { RefusedError } from '../flashback/refusals.ts';
import { STANDARD_INPUT } from '../io/inputs/names.ts';
import type { Palette } from '../show/palette.ts';
import { VerifyError } from '../verify/verify-error.ts';
import { safeText } from '../wire/safe-text.ts';

/** Most refusals that are printed; the rest is counted. */
const SHOWN_REFUSALS = 10;

/** A stream, as far as it may be a terminal. */
interface Stream {
  isTTY?: boolean | undefined;
}

/** Is it a terminal that is more than a typewriter? */
export function knowsEscapes(stream: Stream): boolean {
  return stream.isTTY === true && process.env.TERM !== 'dumb';
}

/** Colours, unless the user, the terminal or NO_COLOR is against them. */
export class Style implements Palette {
  readonly #on: boolean;

  constructor(wanted: boolean, stream: Stream) {
    this.#on = wanted && knowsEscapes(stream) && !process.env.NO_COLOR;
  }

  readonly bold = (text: string): string => this.#paint(text, 1, 22);
  readonly dim = (text: string): string => this.#paint(text, 2, 22);
  readonly red = (text: string): string => this.#paint(text, 31, 39);
  readonly green = (text: string): string => this.#paint(text, 32, 39);
  readonly yellow = (text: string): string => this.#paint(text, 33, 39);

  #paint(text: string, on: number, off: number): string {
    return this.#on ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  }
}

/** An error as the user reads it: what, where, what to do. */
export function formatError(error: BinflashError, style: Style): string {
  const refusals = error instanceof RefusedError ? error.refusals : [error];
  return `${formatRefusals(refusals, `${style.red('binflash:')} `).join('\n')}\n`;
}

/** Reasons as lines of text, the first ones of many; `prefix` stands before each. */
export function formatRefusals(refusals: readonly BinflashError[], prefix: string): string[] {
  const lines = refusals.slice(0, SHOWN_REFUSALS).flatMap((one) => formatOne(one, prefix));
  if (refusals.length > SHOWN_REFUSALS)
    lines.push(`and ${refusals.length - SHOWN_REFUSALS} more of this kind`);
  const pages = new Set(refusals.map(pageOf).filter((page) => page !== undefined));
  if (pages.size > 0) lines.push(`See ${[...pages].join(', ')}`);
  return lines;
}

/** Where the documentation says more of a refusal; undefined for errors of other kinds. */
function pageOf({ code }: BinflashError): string | undefined {
  const topic = topics[code];
  return topic === undefined ? undefined : `docs/can-and-cannot-undo.md#${topic}`;
}

function formatOne(error: BinflashError, prefix: string): string[] {
  const { offset, eventType, table, excerpt, hint } = error;
  const file = error.file === STANDARD_INPUT ? 'standard input' : error.file;
  const place = [
    file === undefined ? undefined : offset === undefined ? file : `${file}:${offset}`,
    eventType,
    table === undefined ? undefined : `table ${table}`,
  ].filter((part) => part !== undefined);
  const where = place.length === 0 ? '' : `${place.join(', ')}: `;
  const lines = [`${prefix}${safeText(`${where}${error.message}`)}`];
  for (const line of excerpt ?? []) lines.push(`  ${safeText(line)}`);
  if (hint !== undefined) lines.push(`  ${safeText(hint)}`);
  return lines;
}

/** An error as programs read it. */
export function errorJson(error: BinflashError): unknown {
  const { code, message, file, offset, eventType, table, excerpt, hint } = error;
  const refusals = error instanceof RefusedError ? { refusals: error.refusals.map(errorJson) } : {};
  const more =
    error instanceof VerifyError
      ? { expected: error.expected, found: error.found, source: error.source }
      : refusals;
  return { code, message, file, offset, eventType, table, excerpt, hint, see: pageOf(error), ...more };
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
