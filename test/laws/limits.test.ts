import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compressedContent } from '../../src/binlog/columns/values/compressed.ts';
import { MAX_EVENT } from '../../src/binlog/event-header.ts';
import { parseJson } from '../../src/binlog/json/binary.ts';
import { JsonContainer } from '../../src/binlog/json/container.ts';
import { Effort, replaceInPlace } from '../../src/binlog/json/in-place.ts';
import { inspect } from '../../src/index.ts';
import { ShapeRegistry } from '../../src/scan/shapes.ts';
import { Binlog } from '../builder/binlog.ts';
import { join as bytes, lenenc, u8 } from '../builder/bytes.ts';
import { everyColumn, int, tinyint } from '../builder/columns.ts';
import * as e from '../builder/events.ts';
import { mysql97 } from '../builder/format.ts';
import { encode, type Json } from '../builder/json.ts';
import { metadataField, table, tableMap } from '../builder/rows.ts';
import { change, insert } from '../builder/shop.ts';
import { inFolder, refusal, thrownBy } from '../helpers.ts';

const enumColumn = everyColumn.find(({ sql }) => sql.startsWith('ENUM'))!;
const setColumn = everyColumn.find(({ sql }) => sql.startsWith('SET'))!;

/** With what a log ends that holds these events, checksums and sizes being right. */
async function endOf(...events: e.Event[]): Promise<string> {
  const log = new Binlog(mysql97);
  log.transaction(insert(1));
  log.add(...events);
  const { code, message } = await refusal([log.bytes()]);
  return `${code}: ${message}`;
}

/** A TABLE_MAP with that many labels for each of its columns. */
function labelled(column: typeof int, columns: number, count: number, field: number): e.Event {
  const labels = Buffer.concat(
    Array.from({ length: columns }, () => bytes(lenenc(count), Buffer.alloc(count))),
  );
  const of = table(
    'shop.t',
    Array.from({ length: columns }, () => column),
  );
  return tableMap({ ...of, optional: metadataField(field, labels) }, 9);
}

describe('limits on what an event may say', () => {
  it.each<[string, e.Event, RegExp]>([
    [
      'an ENUM of more labels than there are numbers',
      labelled(enumColumn, 1, 65_536, 6),
      /DAMAGED: .* 65536 labels/,
    ],
    ['a SET of more than 64 labels', labelled(setColumn, 1, 65, 5), /DAMAGED: .* 65 labels/],
    ['more labels than any table has', labelled(enumColumn, 17, 65_000, 6), /DAMAGED: .* labels/],
    [
      'more columns than any table has',
      tableMap(
        table(
          'shop.t',
          Array.from({ length: 4097 }, () => tinyint),
        ),
        9,
      ),
      /DAMAGED: impossible column count 4097/,
    ],
    ['a file name that is none', e.rotate('x'.repeat(513)), /DAMAGED: a file name of 513 bytes/],
    ['an XID that is too long', e.xaPrepare(false, 'x'.repeat(65)), /DAMAGED: the XID is too long/],
    [
      'a column name of megabytes',
      tableMap(
        {
          ...table('shop.t', [int]),
          optional: metadataField(4, bytes(lenenc(2 ** 24 + 1), Buffer.alloc(2 ** 24 + 1))),
        },
        9,
      ),
      /DAMAGED: column name has 16777217 bytes/,
    ],
  ])('%s is damage', async (_, event, end) => expect(await endOf(event)).toMatch(end));

  it('labels as many as a server allows are read', async () => {
    const log = new Binlog(mysql97);
    log.add(labelled(enumColumn, 1, 65_535, 6), labelled(setColumn, 1, 64, 5));
    log.transaction(change('insert', [1]));
    await inFolder(async (folder) => {
      const path = join(folder, 'bin.000001');
      const file = await open(path, 'w');
      await file.write(log.bytes());
      await file.close();
      expect((await inspect([path])).total.transactions).toBe(1);
    });
  });

  it('an event that no server writes is damage although the file is as long, and takes no memory', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'bin.000001');
      const log = new Binlog(mysql97);
      const at = log.add(e.query('BEGIN'));
      const start = log.bytes();
      start.writeUInt32LE(MAX_EVENT + 1, at + 9);
      const file = await open(path, 'w');
      await file.write(start);
      // Sparse: four gigabytes that are not there.
      await file.truncate(2 ** 32);
      await file.close();
      const before = process.memoryUsage().rss;
      await expect(inspect([path])).rejects.toMatchObject({ code: 'DAMAGED', offset: at });
      expect(process.memoryUsage().rss - before).toBeLessThan(300 * 2 ** 20);
    });
  });

  it('what is known of tables is not kept without end', () => {
    const registry = new ShapeRegistry(2 ** 25);
    const of = table(
      `shop.${'t'.repeat(60)}`,
      Array.from({ length: 4096 }, () => tinyint),
    );
    const start = bytes(Buffer.alloc(19), tableMap(of, 9).body);
    const at = start.indexOf('tttt');
    const event = new Uint8Array(start);
    const known = thrownBy(() => {
      for (let i = 0; i < 20_000; i++) {
        event.set(Buffer.from(String(i).padStart(8, '0')), at);
        registry.map(event, 0, event.length, 0, 'mysql');
      }
    });
    expect([known.code, known.message]).toEqual(['LIMIT', expect.stringMatching(/of 3\d\d tables/)]);
  });

  it('a JSON document nests 100 levels and no more', () => {
    const nested = (depth: number): Buffer => {
      let json: Json = [];
      for (let i = 1; i < depth; i++) json = [json];
      return encode(json);
    };
    expect(parseJson(nested(100)).kind).toBe('array');
    expect(thrownBy(() => parseJson(nested(101))).code).toBe('DAMAGED');
    expect(thrownBy(() => parseJson(nested(1000))).code).toBe('DAMAGED');
  });

  it('differences of a JSON document that look for room in place do so only so long', () => {
    const bytes = encode(['abc', { int: 1n }, 'def']);
    const array = new JsonContainer(bytes, bytes[0]!, 1);
    const effort = new Effort();
    effort.spend(2 ** 29 - 3);
    expect(replaceInPlace(array, 0, encode('abcdefghijkl'), effort)).toBe('no room');
    expect(thrownBy(() => replaceInPlace(array, 0, encode('abcdefghijkl'), effort)).code).toBe('UNSUPPORTED');
  });

  it('a compressed value says how much it is: neither more nor gigabytes of it are unpacked', () => {
    const packed = deflateSync(Buffer.alloc(2 ** 20));
    const said = (length: Buffer): Uint8Array => bytes(u8(0x80 | length.length), length, packed);
    const content = (value: Uint8Array): number | undefined => {
      const found = compressedContent(value, 0, value.length);
      return found && found.end - found.start;
    };
    expect(content(said(Buffer.of(0x10, 0, 0)))).toBe(2 ** 20);
    expect(content(said(Buffer.of(0x0f, 0xff, 0xff)))).toBeUndefined();
    expect(content(said(Buffer.of(0x10, 0, 1)))).toBeUndefined();
    expect(content(said(Buffer.of(0x40, 0, 0, 1)))).toBeUndefined();
    expect(content(said(Buffer.alloc(7, 0xff)))).toBeUndefined();
  });
});
