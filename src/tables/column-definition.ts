import { charsetNamed, charsetOfCollation, longestCharacter } from './collation-names.ts';
import { SyntaxProblem, type TokenCursor } from './sql-tokens.ts';
import { binaryType, blobPrefix, defaultLength, sizedBlob, type TypeName, typeWord } from './sql-types.ts';
import type { ColumnSchema } from './table-schema.ts';

/** A column as its definition alone tells of it: the table may have a character set for it. */
export interface ColumnDefinition {
  readonly name: string;
  readonly text: string;
  readonly type: TypeName;
  readonly args: readonly number[];
  readonly labels: readonly string[] | undefined;
  readonly attributes: Attributes;
}

/** What stands behind the type, as far as it matters here. */
export interface Attributes {
  unsigned: boolean;
  zerofill: boolean;
  notNull: boolean;
  compressed: boolean;
  primary: boolean;
  unique: boolean;
  /** GENERATED ALWAYS AS, of which the first two words may be missing. */
  generated: boolean;
  /** What its expression is made of, if it is generated. */
  readonly expression: string[];
  onUpdateNow: boolean;
  /** MariaDB: GENERATED ALWAYS AS ROW START or END. */
  row?: 'START' | 'END';
  /** MariaDB: WITH SYSTEM VERSIONING, which one column gives to the table. */
  withVersioning: boolean;
  charset?: string | undefined;
  collation?: string | undefined;
  /** `VARCHAR(10) BINARY`: the set's collation by code. */
  binary: boolean;
  /** CHAR BYTE: a binary string. */
  byte: boolean;
}

/** Reads `name type attributes`, to the comma or parenthesis behind it. */
export function columnDefinition(cursor: TokenCursor): ColumnDefinition {
  const name = cursor.name();
  const begin = cursor.at;
  const word = typeWord(cursor);
  let text = wordsBetween(cursor, begin);
  const labelled = word.type === 'enum' || word.type === 'set';
  const args: number[] = [];
  let labels: string[] | undefined;
  if (cursor.accept('(')) {
    if (labelled) labels = readLabels(cursor);
    else {
      while (!cursor.accept(')')) {
        const token = cursor.next();
        if (/^\d+$/.test(token.text)) args.push(Number(token.text));
      }
    }
    if (!labelled && args.length > 0) text += `(${args.join(',')})`;
  }
  if (labelled && labels === undefined) throw new SyntaxProblem(`the labels of \`${name}\` are missing`);
  const attributes = readAttributes(cursor);
  attributes.charset ??= word.charset;
  attributes.unsigned ||= word.unsigned === true;
  attributes.unique ||= text.toUpperCase() === 'SERIAL';
  attributes.notNull ||= text.toUpperCase() === 'SERIAL';
  return { name, text: text.toLowerCase(), type: word.type, args, labels, attributes };
}

function wordsBetween(cursor: TokenCursor, begin: number): string {
  const words: string[] = [];
  for (let at = begin - cursor.at; at < 0; at++) words.push(cursor.peek(at)!.text);
  return words.join(' ').replaceAll(' . ', '.');
}

function readLabels(cursor: TokenCursor): string[] {
  const labels: string[] = [];
  do {
    const token = cursor.next();
    if (token.kind !== 'string' && token.kind !== 'double') {
      throw new SyntaxProblem(`the label ${token.text} is not written as a string`);
    }
    labels.push(token.text);
  } while (cursor.accept(','));
  cursor.expect(')');
  return labels;
}

/** Words behind which the next token is a value of theirs, whatever it looks like. */
const WITH_VALUE = new Set([
  'DEFAULT',
  'COMMENT',
  'COLUMN_FORMAT',
  'STORAGE',
  'REFERENCES',
  'CONSTRAINT',
  'USING',
]);

/** Words for the present. */
const NOW = ['CURRENT_TIMESTAMP', 'NOW', 'LOCALTIME', 'LOCALTIMESTAMP'];

function readAttributes(cursor: TokenCursor): Attributes {
  const found: Attributes = {
    unsigned: false,
    zerofill: false,
    notNull: false,
    compressed: false,
    primary: false,
    unique: false,
    generated: false,
    expression: [],
    onUpdateNow: false,
    withVersioning: false,
    binary: false,
    byte: false,
  };
  while (!cursor.ended && ![',', ')'].includes(cursor.peek()!.word)) {
    const { word } = cursor.next();
    if (word === '(') {
      const texts = cursor.skipParentheses();
      // One by one, for as arguments they could be too many.
      if (found.generated) for (const text of texts) found.expression.push(text);
    } else if (word === 'SERIAL' && cursor.accept('DEFAULT', 'VALUE')) {
      found.notNull = true;
      found.unique = true;
    } else if (WITH_VALUE.has(word)) {
      if (cursor.accept('(')) cursor.skipParentheses();
      else cursor.next();
    } else if (word === 'CHARSET' || (['CHARACTER', 'CHAR'].includes(word) && cursor.accept('SET'))) {
      cursor.accept('=');
      found.charset = knownCharset(cursor.next().text);
    } else if (word === 'COLLATE') {
      cursor.accept('=');
      found.collation = cursor.next().text;
    } else attribute(found, word, cursor);
  }
  return found;
}

function attribute(found: Attributes, word: string, cursor: TokenCursor): void {
  switch (word) {
    case 'UNSIGNED':
      found.unsigned = true;
      break;
    case 'ZEROFILL':
      found.unsigned = true;
      found.zerofill = true;
      break;
    case 'AS':
      found.generated = true;
      break;
    case 'ON':
      // A foreign key's action may stand here too.
      if (cursor.accept('UPDATE')) found.onUpdateNow = cursor.acceptOne(...NOW) !== undefined;
      break;
    case 'NOT':
      if (cursor.accept('NULL')) found.notNull = true;
      break;
    case 'PRIMARY':
      cursor.accept('KEY');
      found.primary = true;
      break;
    case 'KEY':
      found.primary = true;
      break;
    case 'UNIQUE':
      cursor.accept('KEY');
      found.unique = true;
      break;
    case 'COMPRESSED':
      found.compressed = true;
      break;
    case 'BINARY':
      found.binary = true;
      break;
    case 'BYTE':
      found.byte = true;
      break;
    case 'ASCII':
      found.charset = 'latin1';
      break;
    case 'UNICODE':
      found.charset = 'ucs2';
      break;
    case 'ROW': {
      const row = cursor.acceptOne('START', 'END');
      if (row !== undefined) found.row = row as 'START' | 'END';
      break;
    }
    case 'WITH':
      if (cursor.accept('SYSTEM', 'VERSIONING')) found.withVersioning = true;
      break;
  }
}

/** A character set by its name. @throws SyntaxProblem for one that no server has */
export function knownCharset(name: string): string {
  const charset = charsetNamed(name);
  if (charset === undefined) throw new SyntaxProblem(`the character set "${name}" is not known`);
  return charset;
}

/** Completes a column by the table's character set. */
export function completeColumn(
  { name, text, type, args, labels, attributes }: ColumnDefinition,
  table: { readonly charset?: string | undefined; readonly collation?: string | undefined },
): ColumnSchema {
  const { unsigned, zerofill, notNull, compressed, generated, onUpdateNow } = attributes;
  const ofColumn = attributes.charset ?? charsetOf(attributes.collation);
  const charset = ofColumn ?? table.charset;
  // A character set of its own means that set's default collation.
  let collation = attributes.collation ?? (ofColumn === undefined ? table.collation : undefined);
  if (attributes.binary && charset !== undefined && charset !== 'binary') collation = `${charset}_bin`;
  const binary = binaryType(type);
  const isBinary = binary !== undefined && (charset === 'binary' || attributes.byte);
  const known = isBinary ? binary : type;
  const [first, scale = 0] = args;
  const sized =
    first !== undefined && (known === 'blob' || known === 'text')
      ? sizedBlob(known, first * (known === 'blob' ? 1 : longestCharacter(charset ?? 'latin1')))
      : known === 'float' && first !== undefined && args.length === 1 && first > 24
        ? 'double'
        : known;
  const hasText = binaryType(sized) !== undefined || labels !== undefined;
  return {
    name,
    text: text === '' ? sized : text,
    type: sized,
    length: blobPrefix(sized) === undefined ? (first ?? defaultLength(sized)) : 0,
    scale,
    unsigned,
    zerofill,
    nullable: !(notNull || attributes.primary || attributes.row !== undefined),
    compressed,
    generated,
    onUpdateNow,
    charset: hasText ? charset : undefined,
    collation: hasText ? collation : undefined,
    labels,
  };
}

function charsetOf(collation: string | undefined): string | undefined {
  return collation === undefined ? undefined : charsetOfCollation(collation);
}
