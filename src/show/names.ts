import { safeText } from '../wire/safe-text.ts';

const PLAIN = /^[\p{L}\p{M}\p{N}_$@-]+$/u;

/** A name, in backticks where it could be taken for something else. */
export function safeName(name: string): string {
  return PLAIN.test(name) ? name : `\`${safeText(name).replaceAll('`', '``')}\``;
}
