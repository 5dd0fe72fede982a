/**
 * Format characters, `\p{Cf}`, and separators of lines and paragraphs from U+0600 on: first and last of each run. A
 * list, because a regular expression wants a string of every value.
 */
const UNSAFE_RUNS = [
  0x600, 0x605, 0x61c, 0x61c, 0x6dd, 0x6dd, 0x70f, 0x70f, 0x890, 0x891, 0x8e2, 0x8e2, 0x180e, 0x180e, 0x200b,
  0x200f, 0x2028, 0x202e, 0x2060, 0x206f, 0xfeff, 0xfeff, 0xfff9, 0xfffb, 0x110bd, 0x110bd, 0x110cd, 0x110cd,
  0x13430, 0x1343f, 0x1bca0, 0x1bca3, 0x1d173, 0x1d17a, 0xe0001, 0xe007f,
];

const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;
const SOFT_HYPHEN = 0xad;

/**
 * May a character stand in a literal as itself? Not a backslash, which SQL modes disagree about; no half of a
 * surrogate pair; and no control or format character, which clients, editors and terminals take for something else
 * (a tab pasted into an interactive client is replaced by names that it knows), but for the newline.
 */
export function isSafe(character: number): boolean {
  if (character < 0x20) return character === NEWLINE;
  if (character < 0x600) {
    const isControl = character >= DELETE && character < 0xa0;
    return character !== BACKSLASH && character !== SOFT_HYPHEN && !isControl;
  }
  if (character >= 0xd800 && character < 0xe000) return false;
  if (character > 0x10_ffff) return false;
  for (let i = 0; i < UNSAFE_RUNS.length; i += 2) {
    if (character < UNSAFE_RUNS[i]!) return true;
    if (character <= UNSAFE_RUNS[i + 1]!) return false;
  }
  return true;
}
