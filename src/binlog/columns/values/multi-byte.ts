import iconv from 'iconv-lite';
import { NO_CHARACTER } from './unicode.ts';

/** A run of characters: the code of the first, as its bytes read as one big-endian number, and all of them. */
type Run = readonly [first: number, characters: string];

interface MultiByteSet {
  /** What iconv-lite calls it. */
  readonly encoding: string;
  /** Bytes of the character that begins with this one. */
  readonly length: (lead: number) => number;
  /** Where the servers differ from that; they agree among themselves. */
  readonly differences: readonly Run[];
}

/** Letters for the user to define stand in ten rows of 94 and mean private characters. */
function userRows(first: number, character: number): Run[] {
  return Array.from({ length: 10 }, (_, row) => [first + row * 0x100, privateUse(character + row * 94, 94)]);
}

function privateUse(first: number, count: number): string {
  return String.fromCharCode(...Array.from({ length: count }, (_, i) => first + i));
}

const shiftJis = (lead: number): number => (lead < 0x81 || (lead > 0x9f && lead < 0xe0) ? 1 : 2);
const euc = (lead: number): number => (lead === 0x8f ? 3 : lead < 0x80 ? 1 : 2);
const two = (lead: number): number => (lead < 0x81 ? 1 : 2);

/** The sets of the far east, compared with the servers character by character. */
const sets: Readonly<Record<string, MultiByteSet>> = {
  big5: {
    encoding: 'big5',
    length: two,
    differences: [
      [0xa145, '•'],
      [0xa14e, '､'],
      [0xa1c2, '‾'],
      [0xa1e3, '∼'],
      [0xa1f2, '♁☉'],
      [0xa241, '／＼'],
      [0xa244, '¥'],
      [0xa246, '¢£'],
      [
        0xc6a1,
        'ヾゝゞ々ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもゃやゅゆょよらりるれろゎわゐゑをんァアィイゥウェ',
      ],
      [
        0xc740,
        'エォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユ',
      ],
      [
        0xc7a1,
        'ョヨラリルレロヮワヰヱヲンヴヵヶДЕЁЖЗИЙКЛМУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя①②③④⑤⑥⑦⑧⑨⑩⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽',
      ],
    ],
  },
  // The servers' euckr has the additional syllables of code page 949.
  euckr: { encoding: 'cp949', length: two, differences: [] },
  gb2312: {
    encoding: 'gb2312',
    length: two,
    differences: [
      [0xa1a4, '・'],
      [0xa1aa, '―'],
    ],
  },
  gbk: { encoding: 'gbk', length: two, differences: [] },
  gb18030: { encoding: 'gb18030', length: two, differences: [[0xa3a0, '\ue5e5']] },
  sjis: {
    encoding: 'shiftjis',
    length: shiftJis,
    differences: [
      [0x815f, '\\〜‖'],
      [0x817c, '−'],
      [0x8191, '¢£'],
      [0x81ca, '¬'],
    ],
  },
  cp932: {
    encoding: 'cp932',
    length: shiftJis,
    differences: [
      [0xf941, privateUse(0xe69d, 62)],
      [0xf980, privateUse(0xe6db, 125)],
    ],
  },
  ujis: {
    encoding: 'eucjp',
    length: euc,
    differences: [
      [0xa1c0, '\\〜‖'],
      [0xa1dd, '−'],
      [0xa1f1, '¢£'],
      [0xa2cc, '¬'],
      [0x8fa2b7, '~'],
      ...userRows(0xf5a1, 0xe000),
      ...userRows(0x8ff5a1, 0xe3ac),
    ],
  },
  eucjpms: {
    encoding: 'eucjp',
    length: euc,
    differences: [
      [0x8fa2c3, '￤'],
      [0x8ff3f3, 'ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅠⅡ'],
      [
        0x8ff4a1,
        'ⅢⅣⅤⅥⅦⅧⅨⅩ＇＂㈱№℡炻仼僴凬匇匤\ufa0e咊坙\ufa0f\ufa10增寬峵嵓\ufa11德悅愠敎昻晥\ufa12\uf929栁\ufa13\ufa14橫櫢淸淲瀨\ufa15\ufa16甁皂皞\ufa17礰\ufa18\ufa19\ufa1a\ufa1b竧\ufa1c\ufa1d綠緖\ufa1e荢\ufa1f薰\ufa20\ufa21蠇\ufa22譿賴赶\ufa23\ufa24\ufa25郞\ufa26鄕\ufa27\ufa28閒\uf9dc\ufa29霻靍靑\ufa2a\ufa2b\ufa2c馞髙魲\ufa2d黑',
      ],
      ...userRows(0xf5a1, 0xe000),
      ...userRows(0x8ff5a1, 0xe3ac),
    ],
  },
};

/** Decodes a multi-byte set of the far east, or undefined when it is not one. */
export function multiByteDecoding(charset: string): ((bytes: Uint8Array) => string) | undefined {
  const set = sets[charset];
  if (set === undefined) return undefined;
  const decode = (bytes: Uint8Array): string =>
    iconv.decode(bytes, set.encoding).replaceAll('\ufffd', NO_CHARACTER);
  if (set.differences.length === 0) return decode;
  const different = new Map<number, string>();
  for (const [first, characters] of set.differences) {
    for (const [i, character] of [...characters].entries()) different.set(first + i, character);
  }
  return (bytes) => {
    let text = '';
    let from = 0;
    for (let at = 0; at < bytes.length; ) {
      const start = at;
      let code = 0;
      for (let left = set.length(bytes[at]!); left > 0 && at < bytes.length; left--) {
        code = code * 256 + bytes[at++]!;
      }
      const character = code > 0xff ? different.get(code) : undefined;
      if (character === undefined) continue;
      text += decode(bytes.subarray(from, start)) + character;
      from = at;
    }
    return text + decode(bytes.subarray(from));
  };
}
