/** What the number of a collation says of how it compares. */
export interface CollationTraits {
  /** By the numbers of the characters. */
  readonly binary: boolean;
  readonly caseless: boolean;
  readonly accentless: boolean;
  /** Do spaces at the end not count? */
  readonly padded: boolean;
  /** By the Unicode Collation Algorithm. */
  readonly unicode: boolean;
  /** latin1_swedish_ci, the default of old servers. */
  readonly swedish: boolean;
}

/** Collations of a kind, below 2048, from information_schema of MySQL 9.7 and MariaDB 11.8. */
const BINARY =
  '43 46-47 50 53 55 58 61-75 77-91 93 96 98 249 309 1067 1070-1071 1074 1077 1079 1082 1085-1086 1088-1099 1101-1115 1117 1120 1122';
/** Names that end with `_cs`, or `_cs_ks`. */
const CASE = '2 20 34 42 49 52 278-294 296-298 300 303-304 307-308 311 313 315 317 319 321 323';
/** Those with `_as_`, and the old ones with `_cs`. */
const ACCENTS = `${CASE} 305 579 611`;
/** NO PAD: `_nopad_`, and MySQL's 0900 collations. */
const NOT_PADDED = '63 255-271 273-275 277-294 296-298 300 303-323';
const UNICODE =
  '101-124 128-151 160-183 192-215 224-247 250 255-271 273-275 277-294 296-298 300 303-308 310-323 576-578 608-610 640-642 672-674 736-738 1125 1147 1152 1174 1184 1206 1216 1238 1248 1270';

function numbers(ranges: string): ReadonlySet<number> {
  const set = new Set<number>();
  for (const range of ranges.split(' ')) {
    const [first, last = first] = range.split('-').map(Number);
    for (let id = first!; id <= last!; id++) set.add(id);
  }
  return set;
}

const binary = numbers(BINARY);
const withCase = numbers(CASE);
const withAccents = numbers(ACCENTS);
const notPadded = numbers(NOT_PADDED);
const unicode = numbers(UNICODE);

/** MariaDB numbers its collations of UCA 14.0.0 by what they do. */
const UCA_1400 = 2048;
const UCA_1400_CASE = 1;
const UCA_1400_ACCENTS = 2;
const UCA_1400_NOT_PADDED = 4;

/** MariaDB's variants without padding of older collations. */
const NOPAD_VARIANTS = 1024;

/** The traits of a collation; one that is not known compares like utf8mb4_general_ci. */
export function collationTraits(id: number): CollationTraits {
  if (id >= UCA_1400) {
    return {
      binary: false,
      caseless: (id & UCA_1400_CASE) === 0,
      accentless: (id & UCA_1400_ACCENTS) === 0,
      padded: (id & UCA_1400_NOT_PADDED) === 0,
      unicode: true,
      swedish: false,
    };
  }
  return {
    binary: binary.has(id),
    caseless: !withCase.has(id),
    accentless: !withAccents.has(id),
    padded: id < NOPAD_VARIANTS && !notPadded.has(id),
    unicode: unicode.has(id),
    swedish: id === 8 || id === 1032,
  };
}
