import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileLayout, imageEnd } from '../../../../src/binlog/columns/layout.ts';
import { compileDecoder } from '../../../../src/binlog/columns/values/decoder.ts';
import { formatValue, jsonValue, plainText } from '../../../../src/binlog/columns/values/format.ts';
import { hex, join, prefixed, u8, u16, u32 } from '../../../builder/bytes.ts';
import * as c from '../../../builder/columns.ts';
import { image, metadataField, table, type Values } from '../../../builder/rows.ts';
import { type DecodedImage, decodeImage } from '../../../decode-image.ts';
import { thrownBy } from '../../../helpers.ts';
import { collation, definitionOf, named } from './one-column.ts';

describe('a row image', () => {
  const columns = [c.int, c.varchar(300), c.date, c.blob(3), c.bit(9), c.json, c.char(20)];
  const stored: Values = [
    u32(7),
    prefixed(2, 'name'),
    hex('000000'),
    prefixed(3, 'body'),
    hex('0101'),
    null,
    prefixed(1, ''),
  ];
  const texts = ['7', 'name', '0000-00-00', 'body', "b'100000001'", 'NULL', ''];

  function shownImage(present: readonly boolean[]): (string | undefined)[] {
    const of = table('a.b', columns);
    const definition = definitionOf(columns, {});
    const layout = compileLayout(
      [...present.keys()].filter((i) => present[i]),
      definition.lengths,
    );
    const bytes = join(hex('ffff'), image(of, stored, present), hex('ff'));
    expect(imageEnd(bytes, 2, bytes.length - 1, layout)).toBe(bytes.length - 1);
    const values: DecodedImage = decodeImage(bytes, 2, layout, compileDecoder(definition, 'mysql'));
    expect(values).toHaveLength(columns.length);
    return values.map((value) =>
      value === undefined ? undefined : value === null ? 'NULL' : plainText(value),
    );
  }

  it('has the values of its columns, null for NULL and undefined for what is not in it', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }), (present) => {
        expect(shownImage(present)).toEqual(texts.map((text, i) => (present[i] ? text : undefined)));
      }),
    );
  });
});

describe('a decoder', () => {
  it.each(named(...c.everyColumn.map((column): [typeof column] => [column])))(
    'answers whatever bytes with a value: %s',
    (_, column) => {
      const { flavour } = column;
      const of = flavour === 'both' ? 'mysql' : flavour;
      // Of known and unknown sign and character set.
      const metadata = [
        [],
        [collation(63)],
        [collation(8), metadataField(1, u8(0x80))],
        [collation(13)],
        [collation(54)],
      ];
      const decoders = metadata.flatMap((metadata) =>
        [undefined, 5].map((maxCharacters) => {
          const definition = definitionOf([column], { flavour: of, metadata });
          return compileDecoder(definition, of, { maxCharacters, timeZone: '-03:00' }).columns[0]!;
        }),
      );
      const size = column.width === undefined ? {} : { minLength: column.width, maxLength: column.width };
      fc.assert(
        fc.property(fc.uint8Array(size), (bytes) => {
          for (const decode of decoders) {
            const value = decode(bytes, 0, bytes.length);
            expect(formatValue(value)).not.toMatch(/\p{Cc}|undefined/u);
            expect(JSON.stringify(jsonValue(value))).toBeTypeOf('string');
          }
        }),
        { numRuns: 50 },
      );
    },
  );

  it('refuses a time zone that there is not', () => {
    const definition = definitionOf([c.int], {});
    expect(thrownBy(() => compileDecoder(definition, 'mysql', { timeZone: 'nowhere' })).code).toBe('USAGE');
  });

  it('knows ENUM, SET, TINYBLOB and VAR_STRING by types of their own as well', () => {
    const column = (type: number, meta: string, width?: number) => ({
      ...c.int,
      type,
      meta: hex(meta),
      width,
      prefix: 0,
    });
    const definition = definitionOf(
      [
        column(247, 'f702', 2),
        column(248, 'f801', 1),
        column(249, '01'),
        column(253, '1000'),
        column(14, '', 3),
      ],
      {},
    );
    const decoder = compileDecoder(definition, 'mysql');
    const shown = [u16(300), u8(5), Buffer.from('a'), Buffer.from('b'), hex('55d10f')].map((bytes, i) =>
      formatValue(decoder.columns[i]!(bytes, 0, bytes.length)),
    );
    expect(shown).toEqual(['300', "b'00000101'", "'a'", "'b'", "'2024-10-21'"]);
  });
});

describe('text for people', () => {
  const shown = (text: string): string => formatValue({ kind: 'text', text, length: 0, cut: false });

  it('stays on its line and in its quotes', () => {
    expect(shown("it's\\a\n\r\t\0\b")).toBe("'it\\'s\\\\a\\n\\r\\t\\0\\b'");
    expect(shown('\u001b[31m\u202e\u0085\u2028')).toBe("'\\u{1b}[31m\\u{202e}\\u{85}\\u{2028}'");
    expect(shown('žß漢😀')).toBe("'žß漢😀'");
  });

  it('tells NULL from a text', () => {
    expect(formatValue(null)).toBe('NULL');
    expect(shown('NULL')).toBe("'NULL'");
    expect(jsonValue(null)).toBe(null);
  });

  it('quotes what is no number', () => {
    const columns = [c.date, c.decimal(3, 1, 2), c.float];
    const decoder = compileDecoder(definitionOf(columns, {}), 'mysql');
    const values = [hex('000000'), hex('8105'), hex('0000803f')].map((bytes, i) =>
      decoder.columns[i]!(bytes, 0, bytes.length),
    );
    expect(values.map(formatValue)).toEqual(["'0000-00-00'", '1.5', '1']);
    expect(values.map(jsonValue)).toEqual(['0000-00-00', '1.5', 1]);
  });
});
