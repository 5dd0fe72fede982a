import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/binlog/columns/values/value.ts';
import { RowImage } from '../../src/read/row-image.ts';
import { putCsvField } from '../../src/sql/export/csv-value.ts';
import { CsvWriter, expectOneTable } from '../../src/sql/export/csv-writer.ts';
import { NdjsonWriter } from '../../src/sql/export/ndjson-writer.ts';
import { sql } from '../../src/sql/sql.ts';
import { ByteText } from '../../src/wire/byte-text.ts';
import { Binlog } from '../builder/binlog.ts';
import { prefixed, u32, u64 } from '../builder/bytes.ts';
import { bigint, blob, int, timestamp, varchar } from '../builder/columns.ts';
import { gtid, query, rowsQuery, xid } from '../builder/events.ts';
import { mysql97 } from '../builder/format.ts';
import {
  columnNames,
  metadataField,
  primaryKey,
  rows,
  type Table,
  table,
  tableMap,
  type Values,
} from '../builder/rows.ts';
import { change, customers, orders } from '../builder/shop.ts';
import { inFolder, thrownBy, writeFiles } from '../helpers.ts';
import { objects, shownObjects } from '../show/shown.ts';
import { csvValue, readCsv } from './read-csv.ts';
import { type MakeWriter, written } from './written.ts';

const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562';

const utf8mb4 = 255;
const binary = 63;

/** Names, signs and character sets, as a server logs them. */
const people: Table = {
  ...table('hr.people', [int, varchar(200), timestamp(0), blob(4)]),
  optional: Buffer.concat([
    metadataField(1, Buffer.from([0])),
    metadataField(3, Buffer.from([252, utf8mb4, 0, binary])),
    columnNames('id', 'name', 'seen', 'the "photo"'),
    primaryKey(0),
  ]),
};

const SEEN = Date.UTC(2026, 10, 21, 3) / 1000;

function person(id: number, name: string | null, photo: Uint8Array | null = null): Values {
  const time = Buffer.alloc(4);
  time.writeUInt32BE(SEEN);
  const number = Buffer.alloc(4);
  number.writeInt32LE(id);
  return [number, name === null ? null : prefixed(1, name), time, photo && prefixed(4, photo)];
}

const csv: MakeWriter = (index, out, tables) => new CsvWriter(index, out, tables, '+01:00');
const ndjson: MakeWriter = (index, out) => new NdjsonWriter(index, out);

describe('CSV', () => {
  it('has old and new values side by side, with time, file, position and GTID', async () => {
    const log = new Binlog(mysql97);
    const map = tableMap(people, 9);
    const [ada, bob] = [person(1, 'Ada', Buffer.from([0, 255])), person(-2, 'B, "ob"\n', null)];
    log.add(gtid(UUID, 23), query('BEGIN'), map);
    const inserted = log.add(rows('insert', people, 9, [[ada], [bob]]));
    log.add(map);
    const updated = log.add(rows('update', people, 9, [[ada, person(1, 'Ada L.')]]));
    log.add(map);
    const deleted = log.add(rows('delete', people, 9, [[bob]]), xid(77));
    const text = (await written([log.bytes()], csv)).toString();
    const seen = '2026-11-21 03:00:00';
    const at = '2026-11-21 04:00:00';
    expect(text.split('\r\n')).toEqual([
      '\ufeffop,op_datetime,bfr_id,bfr_name,bfr_seen,"bfr_the ""photo""",aft_id,aft_name,aft_seen,"aft_the ""photo""",binlog_file,binlog_position,gtid',
      `insert,${at},,,,,1,"Ada",${seen},0x00FF,bin.000001,${inserted},${UUID}:23`,
      `insert,${at},,,,,-2,"B, ""ob""\n",${seen},,bin.000001,${inserted},${UUID}:23`,
      `update,${at},1,"Ada",${seen},0x00FF,1,"Ada L.",${seen},,bin.000001,${updated},${UUID}:23`,
      `delete,${at},-2,"B, ""ob""\n",${seen},,,,,,bin.000001,${deleted},${UUID}:23`,
      '',
    ]);
  });

  it('tells NULL from an empty text and keeps formulas away, so that it can be taken back', async () => {
    const names = [
      '',
      null,
      '=1+1',
      '+49 30',
      '-',
      '@x',
      "'=1",
      "'",
      '\t=1',
      '＝1',
      ' =1',
      'a=1',
      '"',
      '0x00',
    ];
    const log = new Binlog(mysql97);
    log.transaction([
      tableMap(people, 9),
      rows(
        'insert',
        people,
        9,
        names.map((name) => [person(1, name)]),
      ),
    ]);
    const [, ...lines] = readCsv(await written([log.bytes()], csv));
    const fields = lines.map((line) => line[7]!);
    expect(fields.map(csvValue)).toEqual(names);
    expect(fields.map(({ text }) => text).slice(0, 9)).toEqual([
      '',
      '',
      "'=1+1",
      "'+49 30",
      "'-",
      "'@x",
      "''=1",
      "''",
      "'\t=1",
    ]);
  });

  it('is about one table, with the columns of all its definitions', async () => {
    const first: Table = { ...table('d.t', [int, varchar(9)]), optional: columnNames('id', 'a') };
    const second: Table = { ...table('d.t', [bigint, int]), optional: columnNames('id', 'b') };
    const log = new Binlog(mysql97);
    log.transaction([tableMap(first, 9), rows('insert', first, 9, [[[u32(1), prefixed(1, 'x')]]])]);
    log.transaction([tableMap(second, 10), rows('delete', second, 10, [[[u64(2n), u32(3)]]])]);
    const lines = readCsv(await written([log.bytes()], csv));
    expect(lines[0]!.slice(2, 8).map(csvValue)).toEqual([
      'bfr_id',
      'bfr_a',
      'bfr_b',
      'aft_id',
      'aft_a',
      'aft_b',
    ]);
    expect(lines[1]!.slice(2, 8).map(csvValue)).toEqual([null, null, null, '1', 'x', null]);
    expect(lines[2]!.slice(2, 8).map(csvValue)).toEqual(['2', null, '3', null, null, null]);
  });

  it('refuses a second table', async () => {
    const log = new Binlog(mysql97);
    const other: Table = { ...people, schema: 'crm' };
    for (const of of [people, other])
      log.transaction([tableMap(of, 9), rows('insert', of, 9, [[person(1, 'A')]])]);
    await expect(written([log.bytes()], csv)).rejects.toMatchObject({
      code: 'USAGE',
      message: 'a CSV file has the columns of one table, and these are selected: hr.people, crm.people',
      hint: expect.stringContaining('--split-by table'),
    });
    const named = (name: string): never => ({ name }) as never;
    expect(
      thrownBy(() => expectOneTable(Array.from({ length: 10 }, (_, i) => named(`d.t${i}`)))).message,
    ).toMatch(/d\.t7, and 2 more$/);
    expectOneTable([named('d.t'), named('d.t')]);
  });

  it('takes what an after image leaves out from the before image', async () => {
    const log = new Binlog(mysql97);
    const options = { presentAfter: [false, true, false, false] };
    log.transaction([
      tableMap(people, 9),
      rows('update', people, 9, [[person(1, 'A', Buffer.from('x')), person(1, 'B')]], options),
    ]);
    const [, line] = readCsv(await written([log.bytes()], csv));
    expect(line!.slice(2, 10).map(csvValue)).toEqual([
      '1',
      'A',
      '2026-11-21 03:00:00',
      '0x78',
      '1',
      'B',
      '2026-11-21 03:00:00',
      '0x78',
    ]);
  });
});

describe('a value of CSV', () => {
  const image = new RowImage(1);
  image.bytes = Buffer.from([1, 2, 3]);
  image.starts[0] = 0;
  image.ends[0] = 3;
  const field = (value: Value): string => {
    const pieces: Uint8Array[] = [];
    const out = new ByteText((piece) => pieces.push(piece));
    putCsvField(out, image, 0, [() => value]);
    out.flush();
    return Buffer.concat(pieces).toString();
  };

  it('is whole, or it is refused', () => {
    expect(field({ kind: 'bytes', bytes: Buffer.from([1]), length: 3, cut: true })).toBe('0x010203');
    const compressed: Value = { kind: 'bytes', bytes: Buffer.from([1]), length: 9, cut: true };
    expect(thrownBy(() => field(compressed)).code).toBe('UNSUPPORTED');
    expect(thrownBy(() => field({ kind: 'text', text: 'a', length: 9, cut: true })).code).toBe('UNSUPPORTED');
    expect(thrownBy(() => field({ kind: 'json', text: '[', cut: true })).code).toBe('UNSUPPORTED');
  });

  it('is a number where the log does not tell labels', () => {
    expect(field({ kind: 'enum', index: 2, label: undefined })).toBe('2');
    expect(field({ kind: 'enum', index: 0, label: '' })).toBe('""');
    expect(field({ kind: 'set', mask: 5n, width: 8, labels: undefined })).toBe('5');
    expect(field({ kind: 'set', mask: 3n, width: 8, labels: ['=a', 'b'] })).toBe('"\'=a,b"');
    expect(field({ kind: 'bit', value: 5n, width: 8 })).toBe('5');
  });
});

describe('exports by the sql command', () => {
  it('refuse several tables in one CSV before the first byte', async () => {
    const log = new Binlog(mysql97);
    for (const of of [orders, customers]) log.transaction(change('insert', [1], of));
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [log.bytes()]);
      const pieces: Uint8Array[] = [];
      const output = { write: async (piece: Uint8Array) => void pieces.push(piece) };
      await expect(sql({ inputs, output, format: 'csv' })).rejects.toMatchObject({ code: 'USAGE' });
      expect(pieces).toEqual([]);
      const path = join(folder, 'out.csv');
      const { outputs } = await sql({ inputs, output: path, format: 'csv', splitBy: 'table' });
      expect(outputs).toEqual([`${path}.shop.orders`, `${path}.crm.customers`]);
      const [header, line] = readCsv(await readFile(outputs[1]!));
      expect(header!.map(csvValue).slice(2, 6)).toEqual(['bfr_@1', 'bfr_@2', 'aft_@1', 'aft_@2']);
      expect(line!.map(csvValue).slice(2, 6)).toEqual([null, null, '1', 'x']);
    });
  });

  it('name the columns of which the log does not hold all values', async () => {
    const log = new Binlog(mysql97);
    const options = { present: [true, false, false, false], presentAfter: [false, true, false, false] };
    const update = [[person(1, 'a'), person(1, 'b')]];
    log.transaction([tableMap(people, 9), rows('update', people, 9, update, options)]);
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [log.bytes()]);
      const warnings = async (format: 'csv' | 'ndjson'): Promise<string[]> => {
        const { plan } = await sql({ inputs, output: join(folder, format), format });
        return plan.warnings.filter((warning) => /hold/.test(warning));
      };
      // There, such a column is left out.
      expect(await warnings('ndjson')).toEqual([]);
      expect(await warnings('csv')).toEqual([
        'the log does not hold all values of hr.people: where they are missing, name, seen, the "photo" look like NULL',
      ]);
    });
  });
});

describe('NDJSON', () => {
  it('is what show --json prints, but for the statement', async () => {
    const log = new Binlog(mysql97);
    const map = tableMap(people, 9);
    log.add(gtid(UUID, 23), query('BEGIN', { threadId: 8 }), rowsQuery('INSERT'), map);
    log.add(rows('insert', people, 9, [[person(1, 'Ada')], [person(2, '\u202e"')]]), xid(77));
    log.transaction([map, rows('update', people, 9, [[person(2, 'x'), person(2, null, Buffer.from([1]))]])]);
    const files = [log.bytes()];
    const expected = await shownObjects(files);
    for (const object of expected) delete object.statement;
    const text = (await written(files, ndjson)).toString();
    const actual = objects(text);
    for (const object of actual) object.file = (object.file as string).split('/').at(-1);
    expect(actual).toEqual(expected);
    expect(actual).toHaveLength(3);
  });
});
