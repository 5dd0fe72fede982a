/**
 * Letters that languages order or tell apart by rules of their own, small and composed; a letter with further marks
 * on one of these is one too. From WEIGHT_STRING of MySQL 9.7 and MariaDB 11.8 for every letter and collation.
 */
const LETTERS: Readonly<Record<string, string>> = {
  icelandic: 'áäåæéíðóöøúýþ',
  latvian: 'čģķļņŗšžýÿŷȳẏẙỳỵỷỹ',
  romanian: 'âîăşţșț',
  slovenian: 'ćčđšž',
  polish: 'óąćęłńśźż',
  estonian: 'äõöüšžźżẑẓẕ',
  spanish: 'ñ',
  swedish: 'äåæöøüôþęőœű',
  turkish: 'ıçöüğşìíîïĩīĭįǐȉȋḭỉị',
  czech: 'čřšž',
  danish: 'äåæöøüþőœű',
  lithuanian: 'čšžėęýÿŷȳẏẙỳỵỷỹ',
  slovak: 'äôčřšž',
  german: 'äæöüœ',
  croatian: 'ćčđšžǆǉǌ',
  esperanto: 'ĉĝĥĵŝŭ',
  hungarian: 'öüőű',
  roman: 'ĵǰ',
};

/** What the names of collations call them. */
const CALLED: Readonly<Record<string, string>> = {
  is: 'icelandic',
  lv: 'latvian',
  ro: 'romanian',
  sl: 'slovenian',
  pl: 'polish',
  et: 'estonian',
  es: 'spanish',
  gl: 'spanish',
  es_trad: 'spanish2',
  sv: 'swedish',
  tr: 'turkish',
  cs: 'czech',
  da: 'danish',
  nb: 'danish',
  nn: 'danish',
  lt: 'lithuanian',
  sk: 'slovak',
  de_pb: 'german',
  german2: 'german',
  hr: 'croatian',
  bs: 'croatian',
  sr_latn: 'croatian',
  croatian_mysql561: 'croatian',
  eo: 'esperanto',
  hu: 'hungarian',
  la: 'roman',
};

/** Two plain letters that are one. */
const PAIRS: Readonly<Record<string, RegExp>> = {
  czech: /^ch/i,
  lithuanian: /^ch/i,
  slovak: /^(?:ch|dz)/i,
  croatian: /^(?:dz|lj|nj)/i,
  spanish2: /^(?:ch|ll)/i,
  danish: /^aa/i,
  hungarian: /^(?:c?cs|d?dzs?|g?gy|l?ly|n?ny|s?sz|t?ty|z?zs)/i,
};

/** Plain letters that are as good as others, or stand elsewhere; the other one, or itself. */
const MOVED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  estonian: { z: 'z', v: 'v', w: 'v' },
  latvian: { y: 'i', i: 'i' },
  lithuanian: { y: 'i', i: 'i' },
  turkish: { i: 'i' },
  roman: { i: 'i', j: 'i', u: 'u', v: 'u' },
};

/** All of these at once, for a collation that the log does not tell. */
const ANY = 'any';

/** Languages whose own letters come before the Latin ones. */
const REORDERED = new Set(['bg', 'ru', 'mn_cyrl', 'croatian', 'zh', 'ja', 'myanmar', 'thai_w2', ANY]);

/** What a language does to letters. */
export interface LanguageLetters {
  /** Is the small letter, composed, treated by a rule of the language? */
  has(letter: string): boolean;
  readonly pairs: RegExp | undefined;
  readonly moved: Readonly<Record<string, string>>;
  readonly reordered: boolean;
  /** Are plain letters as everywhere? */
  readonly plain: boolean;
}

const NOTHING = {};

/** The letters of the language that a collation is named for; empty for none. */
export function lettersOf(language: string): LanguageLetters {
  const name = CALLED[language] ?? language;
  if (name === ANY) {
    const moved = { i: 'i', j: 'i', y: 'i', u: 'u', v: 'u', w: 'u', z: 'z' };
    const pairs = /^(?:ch|ll|lj|nj|aa|c?cs|d?dzs?|g?gy|l?ly|n?ny|s?sz|t?ty|z?zs)/i;
    return { has: () => true, pairs, moved, reordered: true, plain: false };
  }
  const letters = LETTERS[name === 'spanish2' ? 'spanish' : name];
  const known = language === '' || letters !== undefined || REORDERED.has(name);
  return {
    has:
      letters === undefined
        ? () => !known || name === 'myanmar' || name === 'thai_w2'
        : (letter) => letters.includes(letter),
    pairs: PAIRS[name],
    moved: MOVED[name] ?? NOTHING,
    reordered: REORDERED.has(name) || !known,
    plain: PAIRS[name] === undefined && MOVED[name] === undefined,
  };
}
