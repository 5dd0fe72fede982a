import { utf8 } from '../wire/cursor.ts';
import { safeText } from '../wire/safe-text.ts';

/** Lines of a statement that are shown. */
const MOST_LINES = 20;

/** A statement's text in `bytes[start, end)`, as lines for a terminal: about `most` characters of it. */
export function statementLines(bytes: Uint8Array, start: number, end: number, most: number): string[] {
  const head = Math.min(end, start + 4 * most);
  const whole = utf8(bytes, start, head);
  const text = whole.slice(0, most);
  const all = text.trim().split(/\r?\n/);
  const lines = most === Number.POSITIVE_INFINITY ? all : all.slice(0, MOST_LINES);
  const cut = head < end || text.length < whole.length || lines.length < all.length;
  if (cut) lines.push(`${lines.pop()}… (${end - start} bytes)`);
  return lines.map((line) => safeText(line.replaceAll('\t', '  ')));
}
