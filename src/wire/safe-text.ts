/**
 * Characters that write over a terminal, end a line, or make two texts look alike: control characters, the
 * invisible ones that change direction or join, and separators of lines and paragraphs.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Text from a file, or from a user, as a terminal may have it: on one line. */
export function safeText(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** JSON.stringify, but a terminal may have the result. */
export function safeJson(
  value: unknown,
  replacer?: (key: string, value: unknown) => unknown,
  space?: number,
): string {
  return JSON.stringify(value, replacer, space).replace(UNSAFE, (character) =>
    // Its own line ends; those in strings are escaped already.
    character === '\n' ? character : jsonEscape(character),
  );
}

function jsonEscape(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
