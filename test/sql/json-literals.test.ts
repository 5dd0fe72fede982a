import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiteralWriter } from '../../src/sql/column-sql.ts';
import { jsonColumn } from '../../src/sql/literals/json.ts';
import { ByteText } from '../../src/wire/byte-text.ts';
import { anyJson, encode, int, type Json, object } from '../builder/json.ts';

const column = jsonColumn('`c`');
const hexColumn = jsonColumn('`c`', 'hex');

/** What a writer makes of a document that stands between other bytes. */
function written(write: LiteralWriter, json: Json | Uint8Array): string {
  const document = json instanceof Uint8Array ? json : encode(json);
  const chunks: Uint8Array[] = [];
  const out = new ByteText((chunk) => chunks.push(chunk));
  write(out, Buffer.concat([Buffer.of(0xff), document, Buffer.of(0xff)]), 1, 1 + document.length);
  out.flush();
  return Buffer.concat(chunks).toString();
}

const store = (json: Json | Uint8Array): string => written(column.store, json);
const utf8Hex = (text: string): string => `_utf8mb4 0x${Buffer.from(text).toString('hex').toUpperCase()}`;
const uint = (value: number | bigint): Json => ({ uint: BigInt(value) });
const opaque = (fieldType: number, bytes: string): Json => ({ opaque: fieldType, bytes });

/** Packed as the server packs dates and times. */
function packed(year: number, month: number, day: number, clock: string, sign = 1n): string {
  const [hours, minutes, seconds, micros] = clock.split(/[:.]/).map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const days = (BigInt(year * 13 + month) << 5n) | BigInt(day);
  const seconds46 = (days << 17n) | BigInt((hours << 12) | (minutes << 6) | seconds);
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(sign * ((seconds46 << 24n) | BigInt(micros)));
  return bytes.toString('hex');
}

const table = (array: string, type: string): string =>
  `(SELECT v FROM JSON_TABLE(${array}, '$[*]' COLUMNS (v ${type} PATH '$' ERROR ON ERROR)) t)`;

describe('a document as SQL', () => {
  it.each<[string, Json]>([
    [`'{"a": 1}'`, object({ a: int(1) })],
    [`'null'`, null],
    [`'[true, false, null, "it''s", "?"]'`, [true, false, null, "it's", '?']],
    [`'[1.0, -0.0, 1e308, 0.1]'`, [1, -0, 1e308, 0.1].map((double) => ({ double }))],
    [`_utf8mb4'{"größe": "漢字 𝄞"}'`, object({ größe: '漢字 𝄞' })],
    // The text of these is read with the same types.
    [
      "'[4294967295, -4294967297, -9223372036854775808]'",
      [4294967295n, -4294967297n, -(2n ** 63n)].map((value) => int(value)),
    ],
    ["'[4294967296, 18446744073709551615]'", [uint(2n ** 32n), uint(2n ** 64n - 1n)]],
  ])('is its text where that brings all back: %s', (sql, json) => {
    expect(store(json)).toBe(sql);
    expect(written(hexColumn.store, json)).toMatch(/^_utf8mb4 0x(?:[0-9A-F]{2})+$/);
  });

  it('is the null literal where nothing is stored', () => {
    expect(store(new Uint8Array())).toBe("'null'");
  });

  it.each(['say "hi"', 'back\\slash', 'line\n', '\u0000', '\u007f', '\u0085', '\u200e', '\u2028', '\ufeff'])(
    'is hex where something in it is not plain: %j',
    (text) => {
      expect(store([text])).toBe(utf8Hex(JSON.stringify([text])));
    },
  );

  it.each<[string, Json]>([
    ["JSON_SET('[null, 1]', '$[0]', CAST(4294967295 AS UNSIGNED))", [uint(4294967295), int(1)]],
    [
      `JSON_SET('{"at": {"big": null}, "id": null}', '$.at.big', 4294967296, '$.id', CAST(5 AS UNSIGNED))`,
      object({ id: uint(5), at: object({ big: int(2n ** 32n) }) }),
    ],
    [`JSON_SET('{"": null}', '$.""', 9223372036854775807)`, object({ '': int(2n ** 63n - 1n) })],
    [`JSON_SET('{"a b": [[null]]}', '$."a b"[0][0]', CAST(0 AS UNSIGNED))`, object({ 'a b': [[uint(0)]] })],
    [`JSON_SET('{"it''s": null}', '$."it''s"', CAST(0 AS UNSIGNED))`, object({ "it's": uint(0) })],
    [`JSON_SET(_utf8mb4'{"é": null}', _utf8mb4'$."é"', CAST(0 AS UNSIGNED))`, object({ é: uint(0) })],
    [
      `JSON_SET(${utf8Hex('{"\\"": null}')}, ${utf8Hex('$."\\""')}, CAST(0 AS UNSIGNED))`,
      object({ '"': uint(0) }),
    ],
    ['CAST(CAST(5 AS UNSIGNED) AS JSON)', uint(5)],
    ['CAST(4294967296 AS JSON)', int(2n ** 32n)],
  ])('has put in what its text does not bring back: %s', (sql, json) => {
    expect(store(json)).toBe(sql);
  });

  it.each<[string, Json]>([
    ['1.50', opaque(246, '03028132')],
    ['1.50', opaque(246, '0a028000000132')],
    ['-.5', opaque(246, '01017a')],
    ['0.0', opaque(246, '02018000')],
    ['0.50', opaque(246, '0a028000000032')],
    ['10.5', opaque(246, '03018a05')],
    ['5.', opaque(246, '010085')],
    [`${'9'.repeat(72)}.`, opaque(246, `4800bb9ac9ff${'3b9ac9ff'.repeat(7)}`)],
    ["DATE'0000-00-00'", opaque(10, packed(0, 0, 0, '0:0:0.0'))],
    ["DATE'2024-02-31'", opaque(10, packed(2024, 2, 31, '0:0:0.0'))],
    ["TIME'-838:59:59.000000'", opaque(11, packed(0, 0, 0, '838:59:59.0', -1n))],
    ["TIME'00:00:00.000001'", opaque(11, packed(0, 0, 0, '0:0:0.1'))],
    ["TIMESTAMP'9999-12-31 23:59:59.999999'", opaque(12, packed(9999, 12, 31, '23:59:59.999999'))],
    [
      table(`'["2038-01-19 03:14:07.999999"]'`, 'TIMESTAMP(6)'),
      opaque(7, packed(2038, 1, 19, '3:14:7.999999')),
    ],
    [table(`'["0000-00-00 00:00:00.000000"]'`, 'TIMESTAMP(6)'), opaque(7, packed(0, 0, 0, '0:0:0.0'))],
    ["x'00FF'", opaque(15, '00ff')],
    ["x''", opaque(15, '')],
    ["IF(TRUE, x'00FF', CAST(NULL AS BINARY(65536)))", opaque(250, '00ff')],
    ["IF(TRUE, x'00FF', CAST(NULL AS BINARY(16777216)))", opaque(251, '00ff')],
    [
      "(SELECT v FROM (SELECT IF(TRUE, x'00FF', CAST(NULL AS BINARY(65536))) v LIMIT 1) d)",
      opaque(252, '00ff'),
    ],
    [table("JSON_ARRAY(x'00FF')", 'BINARY(2)'), opaque(254, '00ff')],
    [table("'[18446744073709551615]'", 'BIT(64)'), opaque(16, 'ff'.repeat(8))],
    [table("'[5]'", 'BIT(16)'), opaque(16, '0005')],
  ])('has an expression for what JSON has no type for: %s', (sql, json) => {
    expect(store(json)).toBe(`CAST(${sql} AS JSON)`);
    expect(store([json])).toBe(`JSON_SET('[null]', '$[0]', ${sql})`);
  });

  it.each<[string, Json]>([
    ['a value of TINYBLOB', opaque(249, '00')],
    ['a value of field type 253', opaque(253, '00')],
    ['a value of BIT', opaque(16, '00'.repeat(9))],
    ['a value of BIT', opaque(16, '')],
    ['a value of BINARY', opaque(254, '00'.repeat(256))],
    ['a value of DECIMAL', opaque(246, '0302')],
    ['a value of DECIMAL', opaque(246, '02017fff')],
    ['a value of DATE', opaque(10, '00')],
    ['a value of DATE', opaque(10, packed(2024, 1, 1, '0:0:1.0'))],
    ['a value of TIME', opaque(11, packed(0, 0, 0, '839:0:0.0'))],
    ['a value of TIME', opaque(11, packed(0, 0, 0, '838:59:59.1', -1n))],
    ['a value of TIME', opaque(11, packed(0, 0, 0, '1:60:0.0'))],
    ['a value of DATETIME', opaque(12, packed(2024, 1, 1, '24:0:0.0'))],
    ['a value of DATETIME', opaque(12, packed(10_000, 1, 1, '0:0:0.0'))],
    ['a value of DATETIME', opaque(12, packed(2024, 1, 1, '0:0:0.1000000'))],
    ['a value of TIMESTAMP', opaque(7, packed(1970, 1, 1, '0:0:0.0'))],
    ['a value of TIMESTAMP', opaque(7, packed(2038, 1, 19, '3:14:8.0'))],
    ['a number that is not finite', { double: Number.POSITIVE_INFINITY }],
  ])('is refused for %s', (what, json) => {
    for (const write of [column.store, column.key, column.exact]) {
      for (const document of [json, [json], object({ a: [json] })]) {
        expect(() => written(write, document)).toThrow(
          expect.objectContaining({ code: 'UNSUPPORTED', message: expect.stringContaining(what) }),
        );
      }
    }
  });

  it('is refused for text that is not UTF-8', () => {
    const refusal = expect.objectContaining({ code: 'UNSUPPORTED' });
    const document = encode(object({ key: 'text' }));
    for (const at of [document.indexOf('key'), document.indexOf('text')]) {
      const damaged = Buffer.from(document);
      damaged[at] = 0xff;
      expect(() => store(damaged)).toThrow(refusal);
    }
  });

  it('has no character that a client or an SQL mode may change, and ends where its quotes end', () => {
    fc.assert(
      fc.property(anyJson(), (json) => {
        let sql: string;
        try {
          sql = store(json);
        } catch {
          return;
        }
        expect(sql).not.toMatch(/[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        // What is left without literals is of a few words.
        const bare = sql.replace(/(?:_utf8mb4)?'(?:[^']|'')*'|_utf8mb4 0x[0-9A-F]+/g, '?');
        expect(bare).toMatch(
          /^(?:\?|(?:JSON_SET\(\?|CAST\()(?:(?:, \?, )?(?:CAST\(\d+ AS UNSIGNED\)|\d+|-?\d*\.\d*))*(?: AS JSON)?\))$/,
        );
      }),
    );
  });
});

describe('a comparison with a document', () => {
  it('is by the text that the server prints', () => {
    expect(column.exactLeft).toBe('CAST(`c` AS BINARY)');
    expect(written(column.exact, object({ a: uint(5), b: { double: 1 } }))).toBe(`'{"a": 5, "b": 1.0}'`);
  });

  it.each<[string, Json]>([
    [`'["2024-02-29"]'`, ['2024-02-29']],
    [`'["10:00:00.000000"]'`, ['10:00:00.000000']],
    [`'["-100:00:00.000000"]'`, ['-100:00:00.000000']],
    [`'{"a": "2024-02-29 10:00:00.000000"}'`, object({ a: '2024-02-29 10:00:00.000000' })],
    [`'["base64:type15:AP8="]'`, ['base64:type15:AP8=']],
  ])('looks at the document as well where a string might stand for a date or bytes: %s', (text, json) => {
    expect(written(column.exact, json)).toBe(`IF(\`c\` <=> CAST(${text} AS JSON), ${text}, '')`);
  });

  it('looks at the document as well where it has what JSON has no type for', () => {
    expect(written(column.exact, [opaque(15, '00ff')])).toBe(
      "IF(`c` <=> JSON_SET('[null]', '$[0]', x'00FF'), '[\"base64:type15:AP8=\"]', '')",
    );
  });

  it('is with an expression of type JSON where a key is asked for', () => {
    expect(written(column.key, ['a'])).toBe(`CAST('["a"]' AS JSON)`);
    expect(written(column.key, [uint(1)])).toBe("JSON_SET('[null]', '$[0]', CAST(1 AS UNSIGNED))");
    expect(written(column.key, uint(1))).toBe('CAST(CAST(1 AS UNSIGNED) AS JSON)');
  });
});
