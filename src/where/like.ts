/** A pattern's piece: a character (folded), any one character, or any run of them. */
type Piece = string | typeof ANY_ONE | typeof ANY_RUN;

const ANY_ONE = 1;
const ANY_RUN = 2;

type Fold = (character: string) => string;

/**
 * Compiles a LIKE pattern: `%` is any run of characters, `_` any one, and what stands after the escape character is
 * itself. Characters compare one by one as the collation folds them; spaces at the end count.
 */
export function compileLike(pattern: string, escaping: string, fold: Fold): (text: string) => boolean {
  const pieces = piecesOf(pattern, escaping, fold);
  const foldPlain = plainFold(fold);
  return (text) => matches(PLAIN.test(text) ? foldPlain(text) : Array.from(text, fold), pieces, never);
}

/** The same where it is not certain of all characters which are equal; undefined where one of these decides. */
export function compileUnsureLike(
  pattern: string,
  escaping: string,
  fold: UnsureFold,
): (text: string) => boolean | undefined {
  const surely = compileLike(pattern, escaping, (character) => fold.key(character));
  const pieces = piecesOf(pattern, escaping, (character) => character);
  const either = (a: string, b: string): boolean => fold.key(a) === fold.key(b) || fold.mayEqual(a, b);
  // More pairs that are equal never make less matches.
  return (text) => surely(text) || (matches(Array.from(text), pieces, either) ? undefined : false);
}

/** Characters with one key are equal, and others may be. */
export interface UnsureFold {
  key(character: string): string;
  mayEqual(a: string, b: string): boolean;
}

const never = (): boolean => false;

/** A character is a code unit here, and collations fold it to its capital or its small letter if at all. */
const PLAIN = /^[\0-\x7f]*$/;

/** Does to a plain text at once what `fold` does to its characters. */
function plainFold(fold: Fold): (text: string) => string | string[] {
  const folded = Array.from(LETTERS, fold).join('');
  if (folded === LETTERS.toUpperCase()) return (text) => text.toUpperCase();
  if (folded === LETTERS.toLowerCase()) return (text) => text.toLowerCase();
  return folded === LETTERS ? (text) => text : (text) => Array.from(text, fold);
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function piecesOf(pattern: string, escaping: string, fold: Fold): Piece[] {
  const pieces: Piece[] = [];
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!;
    if (character === escaping && i + 1 < characters.length) pieces.push(fold(characters[++i]!));
    else if (character === '%') {
      if (pieces.at(-1) !== ANY_RUN) pieces.push(ANY_RUN);
    } else pieces.push(character === '_' ? ANY_ONE : fold(character));
  }
  return pieces;
}

/** Goes back to the last run only, so that the time is the product of the lengths at worst. */
function matches(
  text: ArrayLike<string>,
  pieces: readonly Piece[],
  isLike: (wanted: string, character: string) => boolean,
): boolean {
  let [at, piece] = [0, 0];
  /** The last run, and where the text behind it was last tried from. */
  let [run, from] = [-1, 0];
  while (at < text.length) {
    const wanted = pieces[piece];
    if (wanted === ANY_RUN) {
      run = piece++;
      from = at;
    } else if (
      wanted !== undefined &&
      (wanted === ANY_ONE || wanted === text[at] || isLike(wanted, text[at]!))
    ) {
      at++;
      piece++;
    } else if (run >= 0) {
      piece = run + 1;
      at = ++from;
    } else return false;
  }
  while (pieces[piece] === ANY_RUN) piece++;
  return piece === pieces.length;
}
