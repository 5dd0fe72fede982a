import { collationName } from '../tables/collation-names.ts';

/** How texts are told apart, by family of collations. */
export type CollationKind =
  /** By the numbers of the characters, or their bytes. */
  | 'binary'
  /** utf8mb4_general_ci and its like: one weight a character. */
  | 'general'
  /** latin1_swedish_ci, the default of old servers. */
  | 'swedish'
  /** By the Unicode Collation Algorithm. */
  | 'unicode'
  /** The collations of other character sets, and what is not known. */
  | 'old';

/** What the name of a collation says of how it compares. */
export interface CollationTraits {
  readonly name: string;
  readonly kind: CollationKind;
  readonly caseless: boolean;
  readonly accentless: boolean;
  /** Do spaces at the end not count? */
  readonly padded: boolean;
  /** Of the Unicode Collation Algorithm 5.2 or later, which knows `ø` as an `o`. */
  readonly modern: boolean;
  /** Whose rules it follows, empty for nobody's. */
  readonly language: string;
  readonly charset: string;
}

/** The Unicode character sets. */
const UNICODE_SETS = new Set(['utf8mb3', 'utf8mb4', 'ucs2', 'utf16', 'utf16le', 'utf32', 'gb18030']);

/** The traits of a collation by its number; undefined for one that no server is known to have. */
export function collationTraits(id: number): CollationTraits | undefined {
  const name = collationName(id);
  if (name === undefined) return undefined;
  const charset = name.split('_')[0]!;
  const rest = name.slice(charset.length + 1);
  const [sensitivity = ''] = /_(?:a[is]_)?c[is](?:_ks)?$/.exec(`_${rest}`) ?? [];
  const language = `_${rest}`
    .slice(0, rest.length + 1 - sensitivity.length)
    .replace(/_(?:uca1400|0900|nopad|bin|general|unicode|520)(?=_|$)/g, '');
  const ends = (part: string): boolean => `_${rest}_`.includes(`_${part}_`);
  const isUnicode = UNICODE_SETS.has(charset);
  const traits = {
    name,
    charset,
    caseless: !sensitivity.includes('_cs'),
    accentless: sensitivity.includes('_ai') || sensitivity === '_ci',
    padded: !ends('nopad') && !ends('0900'),
    modern: /0900|uca1400|_520_/.test(name),
    language: language.replace(/^_/, ''),
  };
  if (ends('bin') || name === 'binary') return { ...traits, kind: 'binary' };
  if (rest === 'swedish_ci' || rest === 'swedish_nopad_ci') {
    if (charset === 'latin1') return { ...traits, kind: 'swedish' };
  }
  if (isUnicode && (rest === 'general_ci' || rest === 'general_nopad_ci'))
    return { ...traits, kind: 'general' };
  const unicode = isUnicode && !/general|tolower|chinese/.test(rest);
  return { ...traits, kind: unicode ? 'unicode' : 'old' };
}
