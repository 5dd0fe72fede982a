/** What a server is asked to compare a decoded value with, and what the value says to that. */
import { formatValue, plainText } from '../../src/binlog/columns/values/format.ts';
import { doubleText } from '../../src/binlog/columns/values/reals.ts';
import type { Value } from '../../src/binlog/columns/values/value.ts';
import type { RunningServer } from '../servers/index.ts';

/** How much the log tells of columns (binlog_row_metadata). */
export type Metadata = 'FULL' | 'MINIMAL' | 'NONE';

export interface Reading {
  /** A SQL expression of a column. */
  readonly sql: (column: string) => string;
  /** The decoded value, put the way the server puts that expression. */
  readonly text: (value: Value) => string;
}

/** How values of a column type are compared, by how much the log tells. */
export function readingsOf(type: string, server: RunningServer, metadata: Metadata): Reading[] {
  // FLOAT(7,3) and DOUBLE(30,10) are printed with as many digits as are declared, which is not in the log.
  if (/^FLOAT\(/.test(type)) return [exactReading];
  if (/^FLOAT/.test(type)) return [exactReading, roundedReading];
  if (/^DOUBLE\(/.test(type)) return [{ sql: (column) => `${column} * 1e0`, text: plainText }];
  return [readingOf(type, server, metadata)];
}

function readingOf(type: string, server: RunningServer, metadata: Metadata): Reading {
  if (/^BIT/.test(type)) return bitReading(Number(/\d+/.exec(type)![0]));
  // Nor is ZEROFILL.
  if (/^(TINY|SMALL|MEDIUM|BIG)?INT/.test(type)) return integerReading(type, metadata);
  if (/^(ENUM|SET)/.test(type) && metadata !== 'FULL') return numberReading;
  if (/GEOMETRY|POINT|LINESTRING|POLYGON/.test(type)) return geometryReading(server);
  if (/^VECTOR/.test(type)) return vectorReading(server);
  if (metadata === 'NONE' && /CHAR|TEXT|BINARY|BLOB/.test(type)) return guessedReading(type);
  if (/BINARY|BLOB/.test(type)) return { sql: (column) => `CONCAT('0x', HEX(${column}))`, text: plainText };
  return { sql: (column) => column, text: plainText };
}

/** The float that our text reads back as, which multiplied the server tells exactly. */
function exactFloat(value: Value): number {
  return Math.fround(Number(plainText(value)));
}

const exactReading: Reading = {
  sql: (column) => `${column} * 1e0`,
  text: (value) => doubleText(exactFloat(value)),
};

/** The server's own text of a FLOAT has six digits. */
const roundedReading: Reading = {
  sql: (column) => column,
  text: (value) => doubleText(sixDigits(exactFloat(value))),
};

/** Half a digit goes to the even one, as in C; JavaScript takes the larger. */
function sixDigits(value: number): number {
  if (value === 0) return value;
  const [, head, tail, exponent] = /^(-?\d\.\d{5})(\d*)(e.+)$/.exec(value.toExponential(60))!;
  if (!/^50*$/.test(tail!)) return Number(value.toPrecision(6));
  const down = Number(head! + exponent!);
  return Number(head!.at(-1)) % 2 === 0 ? down : Number(value.toPrecision(6));
}

function bitReading(width: number): Reading {
  return { sql: (column) => `CONCAT("b'", LPAD(BIN(${column}), ${width}, '0'), "'")`, text: plainText };
}

/** Where the log does not tell the sign, a value that may be either says both. */
function integerReading(type: string, metadata: Metadata): Reading {
  const isUnsigned = /UNSIGNED|ZEROFILL/.test(type);
  return {
    sql: (column) => `${column} + 0`,
    text: (value) => {
      if (value.kind !== 'integer' || metadata !== 'NONE') return plainText(value);
      return String(isUnsigned ? (value.orUnsigned ?? value.value) : value.value);
    },
  };
}

/** ENUM and SET without labels. */
const numberReading: Reading = {
  sql: (column) => `CAST(${column} AS UNSIGNED)`,
  text: (value) => {
    if (value.kind === 'enum') return value.label === undefined ? String(value.index) : 'a label';
    return value.kind === 'set' && value.labels === undefined ? String(value.mask) : value.kind;
  },
};

function geometryReading(server: RunningServer): Reading {
  // 3.0 and 5.6 know no ST_SRID of old geometries; SRID() is gone in 9.7.
  const srid = server.id === 'mysql-5.6' ? 'SRID' : 'ST_SRID';
  const text = server.id === 'mysql-5.6' ? 'AsText' : 'ST_AsText';
  return {
    sql: (column) =>
      `CONCAT(IF(${srid}(${column}) = 0, '', CONCAT('SRID=', ${srid}(${column}), ';')), ${text}(${column}))`,
    text: plainText,
  };
}

/** Both round to six digits, MySQL with an exponent always, MariaDB with one where twelve characters do not do. */
function vectorReading({ flavour }: RunningServer): Reading {
  const rounded = (number: number): string => {
    if (flavour === 'mariadb') {
      const plain = doubleText(sixDigits(number));
      return plain.length <= 12 ? plain : sixDigits(number).toExponential().replace('+', '');
    }
    const text = sixDigits(number)
      .toExponential(5)
      .replace(/([+-])(\d)$/, '$10$2');
    return Object.is(number, -0) ? `-${text}` : text;
  };
  return {
    sql: (column) => `${flavour === 'mysql' ? 'VECTOR_TO_STRING' : 'VEC_ToText'}(${column})`,
    text: (value) => {
      if (value.kind !== 'vector') return value.kind;
      return `[${(JSON.parse(value.text) as number[]).map((number) => rounded(Math.fround(number))).join(',')}]`;
    },
  };
}

/** Strings of which nothing is known: their bytes, which are text where they are valid UTF-8. */
function guessedReading(type: string): Reading {
  return {
    sql: (column) => `HEX(${/^BINARY/.test(type) ? `TRIM(TRAILING 0x00 FROM ${column})` : column})`,
    text: (value) => {
      if (value.kind === 'text') return Buffer.from(value.text).toString('hex').toUpperCase();
      if (value.kind !== 'bytes' || isUtf8(value.bytes)) return formatValue(value);
      return Buffer.from(value.bytes).toString('hex').toUpperCase();
    },
  };
}

function isUtf8(bytes: Uint8Array): boolean {
  return Buffer.from(Buffer.from(bytes).toString()).equals(bytes);
}
