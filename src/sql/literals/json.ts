import { jsonText } from '../../binlog/columns/values/json-text.ts';
import { parseJson } from '../../binlog/json/binary.ts';
import type { ByteText } from '../../wire/byte-text.ts';
import type { ColumnSql, TextLiterals } from '../column-sql.ts';
import { isAmbiguous, type JsonParts, partJson } from './json-document.ts';
import { putJsonScalar } from './json-scalars.ts';

/**
 * A column of MySQL's binary JSON. A document is its text where the text brings all of it back; else its text with
 * `null` for what it does not bring back, and JSON_SET, which puts that in:
 *
 *     JSON_SET('{"id": null, "name": "Ada"}', '$.id', CAST(5 AS UNSIGNED))
 *
 * Documents are compared by the text that the server prints, byte by byte. Where another document might have the same
 * text, one with a string in place of a date for example, they must also be equal as JSON. Two documents that differ
 * in nothing but the type of numbers that print the same are not told apart, nor is a DATETIME from a TIMESTAMP: the
 * server itself takes them for equal, in a replay as well.
 */
export function jsonColumn(name: string, literals: TextLiterals = 'readable'): ColumnSql {
  const textOf = literals === 'hex' ? putHexText : putText;

  const putParts = (out: ByteText, { text, holes }: JsonParts): void => {
    const [first] = holes;
    if (first?.path === '$') {
      out.ascii('CAST(');
      putJsonScalar(out, first.value);
      out.ascii(' AS JSON)');
      return;
    }
    out.ascii('JSON_SET(');
    textOf(out, text);
    for (const { path, value } of holes) {
      out.ascii(', ');
      textOf(out, path);
      out.ascii(', ');
      putJsonScalar(out, value);
    }
    out.ascii(')');
  };

  /** An expression of type JSON, which no text alone is. */
  const putJson = (out: ByteText, parts: JsonParts): void => {
    if (parts.holes.length > 0) {
      putParts(out, parts);
      return;
    }
    out.ascii('CAST(');
    textOf(out, parts.text);
    out.ascii(' AS JSON)');
  };

  return {
    name,
    store: (out, bytes, start, end) => {
      const parts = partJson(parseJson(bytes.subarray(start, end)));
      if (parts.holes.length > 0) putParts(out, parts);
      else textOf(out, parts.text);
    },
    key: (out, bytes, start, end) => putJson(out, partJson(parseJson(bytes.subarray(start, end)))),
    exactLeft: `CAST(${name} AS BINARY)`,
    exact: (out, bytes, start, end) => {
      const document = parseJson(bytes.subarray(start, end));
      const parts = partJson(document);
      if (!isAmbiguous(document)) {
        textOf(out, jsonText(document));
        return;
      }
      out.ascii(`IF(${name} <=> `);
      putJson(out, parts);
      out.ascii(', ');
      textOf(out, jsonText(document));
      // No document has this text; NULL would be the text of a column that is NULL.
      out.ascii(", '')");
    },
    needsLenient: undefined,
    mayThrow: true,
  };
}

/** What SQL modes and clients read differently, or people cannot see. */
const UNREADABLE = /[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Text as a literal that any session reads alike. */
function putText(out: ByteText, text: string): void {
  if (UNREADABLE.test(text)) {
    putHexText(out, text);
    return;
  }
  out.utf8(`${isAscii(text) ? '' : '_utf8mb4'}'${text.replaceAll("'", "''")}'`);
}

function putHexText(out: ByteText, text: string): void {
  const bytes = Buffer.from(text);
  out.ascii('_utf8mb4 0x');
  out.hex(bytes, 0, bytes.length);
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
