/** A word that no shell takes for anything else. */
const PLAIN_WORD = /^[\w@%+=:,./-]+$/;

/** What no terminal should get (see `safeText`), with the character behind it: the shell cuts line ends off at an end. */
const UNSAFE_RUN = /[\p{Cc}\p{Cf}\u2028\u2029]+.?/gsu;

/**
 * Puts a word in quotes for a POSIX shell where it needs them. The result may be shown on a terminal: what that would
 * obey is made by `printf` when the command runs, but for line ends at the very end.
 */
export function shellQuote(word: string): string {
  if (PLAIN_WORD.test(word)) return word;
  const end = word.search(/\n*$/);
  let quoted = '';
  let at = 0;
  for (const { 0: run, index } of word.slice(0, end).matchAll(UNSAFE_RUN)) {
    quoted += `${escapeQuotes(word.slice(at, index))}'"$(printf '${octal(run)}')"'`;
    at = index + run.length;
  }
  return `'${quoted}${escapeQuotes(word.slice(at))}'`;
}

const escapeQuotes = (text: string): string => text.replaceAll("'", `'\\''`);

function octal(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(
    '',
  );
}

/** {@link shellQuote} for the path of a file, which must not be taken for an option. */
export function shellPath(path: string): string {
  return shellQuote(path.startsWith('-') && path !== '-' ? `./${path}` : path);
}
