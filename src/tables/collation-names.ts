import type { Flavour } from '../binlog/event-types.ts';

/**
 * Collations by character set, the default one first: what follows the set in the name, and the number; from
 * information_schema of MySQL 5.6 and 9.7 and MariaDB 10.5 to 11.8.
 */
const collations: Readonly<Record<string, string>> = {
  big5: 'chinese_ci 1 bin 84 chinese_nopad_ci 1025 nopad_bin 1108',
  latin2:
    'general_ci 9 czech_cs 2 hungarian_ci 21 croatian_ci 27 bin 77 general_nopad_ci 1033 ' + 'nopad_bin 1101',
  dec8: 'swedish_ci 3 bin 69 swedish_nopad_ci 1027 nopad_bin 1093',
  cp850: 'general_ci 4 bin 80 general_nopad_ci 1028 nopad_bin 1104',
  latin1:
    'swedish_ci 8 german1_ci 5 danish_ci 15 german2_ci 31 bin 47 general_ci 48 general_cs 49 ' +
    'spanish_ci 94 swedish_nopad_ci 1032 nopad_bin 1071',
  hp8: 'english_ci 6 bin 72 english_nopad_ci 1030 nopad_bin 1096',
  koi8r: 'general_ci 7 bin 74 general_nopad_ci 1031 nopad_bin 1098',
  swe7: 'swedish_ci 10 bin 82 swedish_nopad_ci 1034 nopad_bin 1106',
  ascii: 'general_ci 11 bin 65 general_nopad_ci 1035 nopad_bin 1089',
  ujis: 'japanese_ci 12 bin 91 japanese_nopad_ci 1036 nopad_bin 1115',
  sjis: 'japanese_ci 13 bin 88 japanese_nopad_ci 1037 nopad_bin 1112',
  cp1251:
    'general_ci 51 bulgarian_ci 14 ukrainian_ci 23 bin 50 general_cs 52 nopad_bin 1074 ' +
    'general_nopad_ci 1075',
  hebrew: 'general_ci 16 bin 71 general_nopad_ci 1040 nopad_bin 1095',
  tis620: 'thai_ci 18 bin 89 thai_nopad_ci 1042 nopad_bin 1113',
  euckr: 'korean_ci 19 bin 85 korean_nopad_ci 1043 nopad_bin 1109',
  latin7: 'general_ci 41 estonian_cs 20 general_cs 42 bin 79 general_nopad_ci 1065 nopad_bin 1103',
  koi8u: 'general_ci 22 bin 75 general_nopad_ci 1046 nopad_bin 1099',
  gb2312: 'chinese_ci 24 bin 86 chinese_nopad_ci 1048 nopad_bin 1110',
  greek: 'general_ci 25 bin 70 general_nopad_ci 1049 nopad_bin 1094',
  cp1250:
    'general_ci 26 czech_cs 34 croatian_ci 44 bin 66 polish_ci 99 general_nopad_ci 1050 ' + 'nopad_bin 1090',
  gbk: 'chinese_ci 28 bin 87 chinese_nopad_ci 1052 nopad_bin 1111',
  cp1257: 'general_ci 59 lithuanian_ci 29 bin 58 nopad_bin 1082 general_nopad_ci 1083',
  latin5: 'turkish_ci 30 bin 78 turkish_nopad_ci 1054 nopad_bin 1102',
  armscii8: 'general_ci 32 bin 64 general_nopad_ci 1056 nopad_bin 1088',
  utf8mb3:
    'general_ci 33 tolower_ci 76 bin 83 general_mysql500_ci 223 myanmar_ci 577 thai_520_w2 578 ' +
    'general1400_as_ci 579 general_nopad_ci 1057 nopad_bin 1107 unicode_nopad_ci 1216 ' +
    'unicode_520_nopad_ci 1238',
  ucs2:
    'general_ci 35 bin 90 general_mysql500_ci 159 myanmar_ci 641 thai_520_w2 642 ' +
    'general_nopad_ci 1059 nopad_bin 1114 unicode_nopad_ci 1152 unicode_520_nopad_ci 1174',
  cp866: 'general_ci 36 bin 68 general_nopad_ci 1060 nopad_bin 1092',
  keybcs2: 'general_ci 37 bin 73 general_nopad_ci 1061 nopad_bin 1097',
  macce: 'general_ci 38 bin 43 general_nopad_ci 1062 nopad_bin 1067',
  macroman: 'general_ci 39 bin 53 general_nopad_ci 1063 nopad_bin 1077',
  cp852: 'general_ci 40 bin 81 general_nopad_ci 1064 nopad_bin 1105',
  utf8mb4:
    'general_ci 45 bin 46 0900_ai_ci 255 de_pb_0900_ai_ci 256 is_0900_ai_ci 257 lv_0900_ai_ci 258 ' +
    'ro_0900_ai_ci 259 sl_0900_ai_ci 260 pl_0900_ai_ci 261 et_0900_ai_ci 262 es_0900_ai_ci 263 ' +
    'sv_0900_ai_ci 264 tr_0900_ai_ci 265 cs_0900_ai_ci 266 da_0900_ai_ci 267 lt_0900_ai_ci 268 ' +
    'sk_0900_ai_ci 269 es_trad_0900_ai_ci 270 la_0900_ai_ci 271 eo_0900_ai_ci 273 hu_0900_ai_ci 274 ' +
    'hr_0900_ai_ci 275 vi_0900_ai_ci 277 0900_as_cs 278 de_pb_0900_as_cs 279 is_0900_as_cs 280 ' +
    'lv_0900_as_cs 281 ro_0900_as_cs 282 sl_0900_as_cs 283 pl_0900_as_cs 284 et_0900_as_cs 285 ' +
    'es_0900_as_cs 286 sv_0900_as_cs 287 tr_0900_as_cs 288 cs_0900_as_cs 289 da_0900_as_cs 290 ' +
    'lt_0900_as_cs 291 sk_0900_as_cs 292 es_trad_0900_as_cs 293 la_0900_as_cs 294 eo_0900_as_cs 296 ' +
    'hu_0900_as_cs 297 hr_0900_as_cs 298 vi_0900_as_cs 300 ja_0900_as_cs 303 ja_0900_as_cs_ks 304 ' +
    '0900_as_ci 305 ru_0900_ai_ci 306 ru_0900_as_cs 307 zh_0900_as_cs 308 0900_bin 309 ' +
    'nb_0900_ai_ci 310 nb_0900_as_cs 311 nn_0900_ai_ci 312 nn_0900_as_cs 313 sr_latn_0900_ai_ci 314 ' +
    'sr_latn_0900_as_cs 315 bs_0900_ai_ci 316 bs_0900_as_cs 317 bg_0900_ai_ci 318 bg_0900_as_cs 319 ' +
    'gl_0900_ai_ci 320 gl_0900_as_cs 321 mn_cyrl_0900_ai_ci 322 mn_cyrl_0900_as_cs 323 ' +
    'myanmar_ci 609 thai_520_w2 610 general1400_as_ci 611 general_nopad_ci 1069 nopad_bin 1070 ' +
    'unicode_nopad_ci 1248 unicode_520_nopad_ci 1270',
  utf16:
    'general_ci 54 bin 55 myanmar_ci 673 thai_520_w2 674 general_nopad_ci 1078 nopad_bin 1079 ' +
    'unicode_nopad_ci 1125 unicode_520_nopad_ci 1147',
  utf16le: 'general_ci 56 bin 62 general_nopad_ci 1080 nopad_bin 1086',
  cp1256: 'general_ci 57 bin 67 general_nopad_ci 1081 nopad_bin 1091',
  utf32:
    'general_ci 60 bin 61 myanmar_ci 737 thai_520_w2 738 general_nopad_ci 1084 nopad_bin 1085 ' +
    'unicode_nopad_ci 1184 unicode_520_nopad_ci 1206',
  binary: 'binary 63',
  geostd8: 'general_ci 92 bin 93 general_nopad_ci 1116 nopad_bin 1117',
  cp932: 'japanese_ci 95 bin 96 japanese_nopad_ci 1119 nopad_bin 1120',
  eucjpms: 'japanese_ci 97 bin 98 japanese_nopad_ci 1121 nopad_bin 1122',
  gb18030: 'chinese_ci 248 bin 249 unicode_520_ci 250',
};

/** Collations that five sets have alike, numbered one after the other. */
const FAMILY =
  'unicode icelandic latvian romanian slovenian polish estonian spanish swedish turkish czech danish lithuanian ' +
  'slovak spanish2 roman persian esperanto hungarian sinhala german2 croatian unicode_520 vietnamese';
const FAMILY_OF: Readonly<Record<string, number>> = {
  utf8mb3: 192,
  ucs2: 128,
  utf8mb4: 224,
  utf16: 101,
  utf32: 160,
};

/** MariaDB's own Croatian collation has the name of an older one; its UCA 14.0.0 ones are numbered by rule. */
const MARIADB_CROATIAN: Readonly<Record<string, number>> = {
  utf8mb3: 576,
  ucs2: 640,
  utf8mb4: 608,
  utf16: 672,
  utf32: 736,
};
const UCA1400_OF: Readonly<Record<string, number>> = {
  utf8mb3: 2048,
  utf8mb4: 2304,
  ucs2: 2560,
  utf16: 2816,
  utf32: 3072,
};
const UCA1400_LANGUAGES =
  ' icelandic latvian romanian slovenian polish estonian spanish swedish turkish czech danish lithuanian slovak ' +
  'spanish2 roman persian esperanto hungarian sinhala german2 _ _ vietnamese croatian';

const ids = new Map<string, number>();
const defaults = new Map<string, string>();
for (const [charset, list] of Object.entries(collations)) {
  const parts = list.split(' ');
  defaults.set(charset, charset === 'binary' ? 'binary' : `${charset}_${parts[0]}`);
  for (let i = 0; i < parts.length; i += 2) ids.set(`${charset}_${parts[i]}`, Number(parts[i + 1]));
}
ids.set('binary', 63);
for (const [charset, first] of Object.entries(FAMILY_OF)) {
  for (const [i, language] of FAMILY.split(' ').entries()) ids.set(`${charset}_${language}_ci`, first + i);
}

/** A name in the way it is looked up here: utf8 is utf8mb3. */
const normal = (name: string): string => name.toLowerCase().replace(/^utf8(?=$|_)/, 'utf8mb3');

/** What MariaDB calls the older Croatian collation. */
const OLD_CROATIAN = 'croatian_mysql561_ci';

/** The servers' own name of a character set, or undefined when there is none of that name. */
export function charsetNamed(name: string): string | undefined {
  const charset = normal(name);
  return defaults.has(charset) ? charset : undefined;
}

/** The character set that a collation's name begins with; MariaDB's `uca1400_ai_ci` names none. */
export function charsetOfCollation(collation: string): string | undefined {
  return charsetNamed(collation.split('_')[0]!);
}

/** The number of a collation, or of a character set's default one. */
export function collationId(
  charset: string,
  collation: string | undefined,
  flavour: Flavour,
): number | undefined {
  const name = normal(collation ?? defaults.get(charset) ?? charset);
  const full = name === 'binary' || charsetOfCollation(name) !== undefined ? name : `${charset}_${name}`;
  const rest = full.slice(charset.length + 1);
  if (rest === OLD_CROATIAN) return ids.get(`${charset}_croatian_ci`);
  if (flavour === 'mariadb' && rest === 'croatian_ci') return MARIADB_CROATIAN[charset] ?? ids.get(full);
  return ids.get(full) ?? uca1400(charset, rest);
}

/** 256 numbers a set, of them 8 a language: nopad, accent sensitive, case sensitive. */
function uca1400(charset: string, rest: string): number | undefined {
  const match = /^uca1400(?:_((?!nopad_)[a-z0-9]+))?(_nopad)?_(ai|as)_(ci|cs)$/.exec(rest);
  const first = UCA1400_OF[charset];
  if (!match || first === undefined) return undefined;
  const [, language = '', nopad, accents, cases] = match;
  const number = UCA1400_LANGUAGES.split(' ').indexOf(language);
  if (number < 0) return undefined;
  return first + number * 8 + (nopad ? 4 : 0) + (accents === 'as' ? 2 : 0) + (cases === 'cs' ? 1 : 0);
}

let names: Map<number, string> | undefined;

/** The name of a collation by its number; the servers differ in that of the older Croatian one. */
export function collationName(id: number, flavour: Flavour = 'mysql'): string | undefined {
  if (names === undefined) {
    names = new Map(Array.from(ids, ([name, number]) => [number, name]));
    for (const [charset, number] of Object.entries(MARIADB_CROATIAN)) {
      names.set(number, `${charset}_croatian_ci`);
    }
  }
  const name = names.get(id);
  if (flavour === 'mariadb' && name !== undefined && ids.get(name) === id) {
    const charset = charsetOfCollation(name)!;
    const isOlder = charset in MARIADB_CROATIAN && name === `${charset}_croatian_ci`;
    if (isOlder) return `${charset}_${OLD_CROATIAN}`;
  }
  return name ?? uca1400Name(id);
}

function uca1400Name(id: number): string | undefined {
  const charset = Object.entries(UCA1400_OF).find(([, first]) => id >= first && id < first + 256);
  if (charset === undefined) return undefined;
  const [set, first] = charset;
  const language = UCA1400_LANGUAGES.split(' ')[(id - first) >> 3];
  if (language === undefined || language === '_') return undefined;
  const traits = `${id & 4 ? 'nopad_' : ''}${id & 2 ? 'as' : 'ai'}_${id & 1 ? 'cs' : 'ci'}`;
  return `${set}_uca1400_${language === '' ? '' : `${language}_`}${traits}`;
}

/** Bytes of the longest character of a set. */
export function longestCharacter(charset: string): number {
  if (['utf8mb4', 'utf16', 'utf16le', 'utf32', 'gb18030'].includes(charset)) return 4;
  if (['utf8mb3', 'ujis', 'eucjpms'].includes(charset)) return 3;
  return ['big5', 'sjis', 'cp932', 'euckr', 'gb2312', 'gbk', 'ucs2'].includes(charset) ? 2 : 1;
}
