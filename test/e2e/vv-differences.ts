/** Where `show --sql` and the servers' own programs differ on purpose; docs/mysqlbinlog-differences.md tells why. */
import type { Flavour } from '../../src/index.ts';

export interface Difference {
  /** Anchor of its section. */
  readonly section: string;
  readonly flavours: readonly Flavour[];
  /**
   * What the program prints, given our line; `theirs` only where ours does not tell. The line itself if it is not
   * concerned. Left out where the difference is about whole rows, see {@link compareRows}.
   */
  readonly program?: (ours: string, theirs: string) => string;
}

/** Changes a line, or does not. */
type Change = (line: string) => string;

const both: readonly Flavour[] = ['mysql', 'mariadb'];
const VALUE = /^(### {3}@\d+=)(.*)( \/\* .* \*\/)$/s;

/** Applies `change` to the value of a line, given its comment. */
function inValue(change: (value: string, comment: string) => string): Change {
  return (line) => line.replace(VALUE, (_, head, value, comment) => head + change(value, comment) + comment);
}

/** Applies `change` to each escape in the quoted values and names of a line. */
function inEscapes(change: (sequence: string) => string): Change {
  return (line) => line.replace(/\\(?:x[0-9a-f]{2}|.)/gs, change);
}

const letters: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{2})|(.))/gs, (_, hex: string | undefined, letter: string) =>
    hex ? String.fromCharCode(Number.parseInt(hex, 16)) : (letters[letter] ?? letter),
  );
}

/** As MySQL's mysqlbinlog escapes. */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}'\\]/gu, (character) => {
    const letter = Object.keys(letters).find((one) => letters[one] === character);
    if (letter !== undefined) return `\\${letter}`;
    if (character === "'" || character === '\\') return `\\${character}`;
    if (character >= '\x7f') return character;
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

export const differences: readonly Difference[] = [
  {
    section: 'the-zero-year',
    flavours: both,
    program: inValue((value, comment) =>
      comment.startsWith(' /* YEAR') && value === '0000' ? '1900' : value,
    ),
  },
  {
    section: 'sets-of-more-than-eight-labels',
    flavours: both,
    program: inValue((value, comment) => {
      if (!comment.startsWith(' /* SET') || value === 'NULL') return value;
      const bytes = value.slice(2, -1).match(/.{8}/g)!;
      return `b'${bytes.reverse().join('')}'`;
    }),
  },
  {
    section: 'json-strings',
    flavours: ['mysql'],
    program: inValue((value, comment) => {
      if (!comment.startsWith(' /* JSON') || !value.startsWith(`'"`)) return value;
      const document = Buffer.from(unescaped(value.slice(1, -1)), 'latin1').toString();
      return `'${escaped(Buffer.from(JSON.parse(document) as string).toString('latin1'))}'`;
    }),
  },
  {
    section: 'compressed-columns',
    flavours: ['mariadb'],
    program: (ours, theirs) => {
      const [mine, stored] = [VALUE.exec(ours), VALUE.exec(theirs)];
      if (!mine || !stored || !mine[3]!.includes(' COMPRESSED ') || mine[2] === 'NULL') return ours;
      return stored[1] === mine[1] && stored[3] === mine[3] ? theirs : ours;
    },
  },
  {
    section: 'control-characters',
    flavours: both,
    program: inEscapes((sequence) =>
      /^\\x(7f|c2|[89].)$/.test(sequence)
        ? String.fromCharCode(Number.parseInt(sequence.slice(2), 16))
        : sequence,
    ),
  },
  {
    section: 'quotes-and-backslashes',
    flavours: ['mariadb'],
    program: inEscapes((sequence) => (/^\\['\\]$/.test(sequence) ? sequence[1]! : sequence)),
  },
  { section: 'geometry', flavours: ['mysql'] },
  { section: 'rows-that-were-taken-back', flavours: both },
  { section: 'prepared-transactions', flavours: both },
];
