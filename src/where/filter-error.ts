import { BinflashError } from '../errors.ts';

/** Characters of a filter that are shown around the place of an error. */
const SHOWN = 72;

/** An error in the text of a filter, shown with a caret under its place. */
export function filterError(text: string, at: number, message: string, hint?: string): BinflashError {
  // Tabs and newlines would move the caret away from its place.
  const line = text.replace(/\s/g, ' ');
  const from = line.length <= SHOWN ? 0 : Math.max(0, Math.min(at - SHOWN / 2, line.length - SHOWN));
  const shown = line.slice(from, from + SHOWN);
  const caret = ' '.repeat(at - from);
  return new BinflashError('USAGE', `--where: ${message}`, { excerpt: [shown, `${caret}^`], hint });
}
