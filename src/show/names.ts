/** Characters that write over a terminal, or make two names look alike. */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

const PLAIN = /^[\p{L}\p{M}\p{N}_$@-]+$/u;

/** Text from a file as a terminal may have it, on one line. */
export function safeText(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** A name, in backticks where it could be taken for something else. */
export function safeName(name: string): string {
  return PLAIN.test(name) ? name : `\`${safeText(name).replaceAll('`', '``')}\``;
}
