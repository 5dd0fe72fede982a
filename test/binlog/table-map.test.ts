import { describe, expect, it } from 'vitest';
import type { TableDefinition } from '../../src/binlog/table-map.ts';
import { isSequence, parseTableMap, tableName } from '../../src/binlog/table-map.ts';
import { bitmapFromTop, hex, join, lenenc, prefixed } from '../builder/bytes.ts';
import * as c from '../builder/columns.ts';
import { columnNames, metadataField, primaryKey, type Table, table, tableMap } from '../builder/rows.ts';
import { thrownBy } from '../helpers.ts';

function parseBody(body: Uint8Array, flavour: 'mysql' | 'mariadb' = 'mysql'): TableDefinition {
  const event = join(Buffer.alloc(19), body);
  return parseTableMap(event, 0, event.length, flavour);
}

function parse(of: Table, flavour: 'mysql' | 'mariadb' = 'mysql'): TableDefinition {
  return parseBody(tableMap(of, 5).body, flavour);
}

/** Lengths and labels as SET_STR_VALUE and ENUM_STR_VALUE hold them. */
const labels = (...of: string[]): Buffer => join(lenenc(of.length), ...of.map((label) => prefixed(1, label)));

describe('TABLE_MAP', () => {
  it('reads the specimen of MySQL 9.7 with full metadata', () => {
    const definition = parseBody(
      hex(
        '6a0000000000 0300 | 01 74 00 | 01 70 00 | 02 | 03 0f | 02 | 50 00 | 02 | 01 01 00 | 02 03 fc ff 00 | 04 05 02 6964 01 76 | 08 01 00 | 0c 01 c0',
      ),
    );
    expect(tableName(definition)).toBe('t.p');
    expect([...definition.types]).toEqual([3, 15]);
    expect([...definition.lengths]).toEqual([4, -1]);
    expect([...definition.nullable]).toEqual([2]);
    expect(definition.flags).toBe(3);
    expect(definition.optional).toEqual({
      unsigned: [false, false],
      collations: [undefined, 255],
      names: ['id', 'v'],
      primaryKey: [{ column: 0, prefixLength: 0 }],
      visible: [true, true],
    });
  });

  it('reads every column type, more than 250 of them, and keeps the body', () => {
    const columns = Array.from({ length: 4 }, () => c.everyColumn).flat();
    expect(columns.length).toBeGreaterThan(250);
    const of = table('shop.wide', columns);
    const definition = parse(of);
    expect([...definition.lengths]).toEqual(columns.map(({ width, prefix }) => width ?? -prefix));
    expect(Buffer.from(definition.body)).toEqual(tableMap(of, 5).body.subarray(6));
  });

  it('takes names in UTF-8', () => {
    expect(tableName(parse({ ...table('x.y', [c.int]), schema: 'größe', name: '表' }))).toBe('größe.表');
  });

  it('names the table in front of a column type that is not supported', () => {
    const typedArray = { ...c.int, type: 20, meta: hex('03') };
    expect(thrownBy(() => parse(table('a.b', [typedArray])))).toMatchObject({
      code: 'UNSUPPORTED',
      table: 'a.b',
    });
  });

  it('refuses bodies that are cut at any byte before the optional metadata', () => {
    const body = tableMap(table('shop.orders', c.everyColumn), 5).body;
    for (let length = 8; length < body.length; length++) {
      expect(thrownBy(() => parseBody(body.subarray(0, length))).code).toBe('DAMAGED');
    }
  });

  it('refuses metadata that is longer or shorter than its columns need, and impossible column counts', () => {
    const head = '0a0000000000 0100 | 01 74 00 | 01 70 00 |';
    for (const rest of ['01 | 03 | 01 00 | 00', '01 | 0f | 01 50 | 00', '00 | 00', 'fc 0110 | 00']) {
      expect(thrownBy(() => parseBody(hex(`${head} ${rest}`))).code).toBe('DAMAGED');
    }
  });
});

describe('optional metadata', () => {
  const enumeration = c.enumeration(1);
  const set = c.set(1);
  const columns = [
    c.int,
    c.varchar(20),
    enumeration,
    c.year,
    set,
    c.char(400),
    c.bigint,
    c.geometry,
    c.vector,
  ];

  it('gives signs to numeric columns alone', () => {
    const optional = metadataField(1, bitmapFromTop([false, true, true]));
    expect(parse({ ...table('a.b', columns), optional }).optional.unsigned).toEqual([
      false,
      false,
      false,
      true,
      false,
      false,
      true,
      false,
      false,
    ]);
  });

  it('counts collations among character columns, VECTOR being one in MySQL and GEOMETRY in MariaDB', () => {
    const each = metadataField(3, join(lenenc(255), lenenc(300), lenenc(63)));
    const _ = undefined;
    const of = { ...table('a.b', columns), optional: each };
    expect(parse(of, 'mysql').optional.collations).toEqual([_, 255, _, _, _, 300, _, _, 63]);
    expect(parse(of, 'mariadb').optional.collations).toEqual([_, 255, _, _, _, 300, _, 63, _]);
    const byDefault = metadataField(2, join(lenenc(255), lenenc(1), lenenc(33)));
    expect(parse({ ...of, optional: byDefault }).optional.collations).toEqual([
      _,
      255,
      _,
      _,
      _,
      33,
      _,
      _,
      255,
    ]);
  });

  it('counts collations of ENUM and SET apart', () => {
    const _ = undefined;
    const optional = join(metadataField(2, lenenc(8)), metadataField(11, join(lenenc(45), lenenc(46))));
    expect(parse({ ...table('a.b', columns), optional }).optional.collations).toEqual([
      _,
      8,
      45,
      _,
      46,
      8,
      _,
      _,
      8,
    ]);
    const byDefault = metadataField(10, join(lenenc(45), lenenc(1), lenenc(46)));
    expect(parse({ ...table('a.b', columns), optional: byDefault }).optional.collations).toEqual([
      _,
      _,
      45,
      _,
      46,
      _,
      _,
      _,
      _,
    ]);
  });

  it('reads labels, geometry types, keys with prefixes, visibility and dimensions', () => {
    const optional = join(
      metadataField(5, labels('s1', 's2')),
      metadataField(6, labels('e1')),
      metadataField(7, lenenc(1)),
      metadataField(9, join(lenenc(1), lenenc(10), lenenc(0), lenenc(0))),
      metadataField(12, bitmapFromTop(columns.map((_, i) => i !== 3))),
      metadataField(13, lenenc(1536)),
    );
    const found = parse({ ...table('a.b', columns), optional }).optional;
    const text = (all: (Uint8Array[] | undefined)[] | undefined): unknown =>
      all?.map((list) => list?.map((label) => Buffer.from(label).toString()));
    expect(text(found.setLabels)).toEqual(columns.map((one) => (one === set ? ['s1', 's2'] : undefined)));
    expect(text(found.enumLabels)).toEqual(columns.map((one) => (one === enumeration ? ['e1'] : undefined)));
    expect(found.geometryTypes?.[7]).toBe(1);
    expect(found.primaryKey).toEqual([
      { column: 1, prefixLength: 10 },
      { column: 0, prefixLength: 0 },
    ]);
    expect(found.visible?.map((visible, i) => (visible ? -1 : i)).filter((i) => i >= 0)).toEqual([3]);
    expect(found.vectorDimensions?.[8]).toBe(1536);
  });

  it('passes over fields of the future by their length', () => {
    const optional = join(metadataField(77, Buffer.alloc(300)), primaryKey(0));
    expect(parse({ ...table('a.b', [c.int]), optional }).optional.primaryKey).toHaveLength(1);
  });

  it('refuses fields that run over their length', () => {
    for (const field of [hex('04 01 05'), hex('01 00'), hex('04 03 02 61'), hex('08 fc 01'), hex('06')]) {
      expect(thrownBy(() => parse({ ...table('a.b', [c.int, enumeration]), optional: field })).code).toBe(
        'DAMAGED',
      );
    }
  });
});

describe('sequences', () => {
  const columns = [...Array<c.Column>(6).fill(c.bigint), c.tinyint, c.bigint].map(c.notNull);

  it('are MariaDB tables of exactly these columns, by name where names are logged', () => {
    expect(isSequence(parse(table('d.s', columns, 0)), 'mariadb')).toBe(true);
    expect(isSequence(parse(table('d.s', columns)), 'mysql')).toBe(false);
    expect(isSequence(parse(table('d.s', columns.slice(1), 0)), 'mariadb')).toBe(false);
    expect(isSequence(parse(table('d.s', [c.bigint, ...columns.slice(1)], 0)), 'mariadb')).toBe(false);
    const named = (first: string): Table => ({
      ...table('d.s', columns, 0),
      optional: columnNames(first, 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
    });
    expect(isSequence(parse(named('id')), 'mariadb')).toBe(false);
    expect(isSequence(parse(named('next_not_cached_value')), 'mariadb')).toBe(true);
  });
});
