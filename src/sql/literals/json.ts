import { jsonText } from '../../binlog/columns/values/json-text.ts';
import { parseJson } from '../../binlog/json/binary.ts';
import type { ByteText } from '../../wire/byte-text.ts';
import type { ColumnSql, LiteralWriter, TextLiterals } from '../column-sql.ts';
import { isAmbiguous, type JsonParts, partJson } from './json-document.ts';
import { putJsonScalar } from './json-scalars.ts';
import { textSql } from './text.ts';

/** The collation utf8mb4_general_ci. */
const UTF8MB4 = 45;

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
  const texts = textSql(UTF8MB4, literals);
  const putText = textPutter(texts.store);
  const putPrinted = textPutter(texts.bytes);

  const putParts = (out: ByteText, { text, holes }: JsonParts): void => {
    const [first] = holes;
    if (first?.path === '$') {
      out.ascii('CAST(');
      putJsonScalar(out, first.value);
      out.ascii(' AS JSON)');
      return;
    }
    out.ascii('JSON_SET(');
    putText(out, text);
    for (const { path, value } of holes) {
      out.ascii(', ');
      putText(out, path);
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
    putText(out, parts.text);
    out.ascii(' AS JSON)');
  };

  return {
    name,
    store: (out, bytes, start, end) => {
      const parts = partJson(parseJson(bytes.subarray(start, end)));
      if (parts.holes.length > 0) putParts(out, parts);
      else putText(out, parts.text);
    },
    key: (out, bytes, start, end) => putJson(out, partJson(parseJson(bytes.subarray(start, end)))),
    exactLeft: `CAST(${name} AS BINARY)`,
    exact: (out, bytes, start, end) => {
      const document = parseJson(bytes.subarray(start, end));
      const parts = partJson(document);
      const printed = parts.holes.length === 0 ? parts.text : jsonText(document);
      if (!isAmbiguous(document)) {
        putPrinted(out, printed);
        return;
      }
      out.ascii(`IF(${name} <=> `);
      putJson(out, parts);
      out.ascii(', ');
      putPrinted(out, printed);
      // No document has this text; NULL would be the text of a column that is NULL.
      out.ascii(", '')");
    },
    needsLenient: undefined,
    mayThrow: true,
  };
}

function textPutter(write: LiteralWriter): (out: ByteText, text: string) => void {
  return (out, text) => {
    const bytes = Buffer.from(text);
    write(out, bytes, 0, bytes.length);
  };
}
