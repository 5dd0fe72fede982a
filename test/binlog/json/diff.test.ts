import { describe, expect, it } from 'vitest';
import { readJsonDiffs } from '../../../src/binlog/json/diff.ts';
import { hex } from '../../builder/bytes.ts';
import { diffs, int } from '../../builder/json.ts';
import { thrownBy } from '../../helpers.ts';

const read = (bytes: Uint8Array) => [...readJsonDiffs(bytes)];

describe('JSON diffs', () => {
  it('reads the specimen of MySQL 9.7', () => {
    expect(read(hex('00 03 242e78 03 056300'))).toEqual([
      { operation: 'replace', parent: [], last: { key: Buffer.from('x') }, value: hex('056300') },
    ]);
  });

  it('reads one diff after the other', () => {
    const bytes = diffs(
      { op: 'insert', path: '$.a[3]', value: 'x'.repeat(300) },
      { op: 'remove', path: '$.b' },
      { op: 'replace', path: '$[last]', value: int(1) },
    );
    const all = read(bytes);
    expect(all.map(({ operation }) => operation)).toEqual(['insert', 'remove', 'replace']);
    expect(all.map(({ parent }) => parent.length)).toEqual([1, 0, 0]);
    expect(all.map(({ value }) => value.length)).toEqual([303, 0, 3]);
  });

  it('reads no diffs', () => {
    expect(read(new Uint8Array(0))).toEqual([]);
  });

  it('refuses diffs that are cut at any byte', () => {
    const first = diffs({ op: 'replace', path: '$.a', value: ['x'] });
    const bytes = Buffer.concat([first, diffs({ op: 'remove', path: '$.a[0]' })]);
    for (let length = 1; length < bytes.length; length++) {
      if (length === first.length) continue;
      expect(thrownBy(() => read(bytes.subarray(0, length))).code).toBe('DAMAGED');
    }
  });

  it.each([
    ['an unknown operation', '03 03 242e78'],
    ['the whole document', '00 01 24 02 0400'],
    ['a path that is none', '02 03 2e782e'],
    ['a value that is damaged', '00 03 242e78 02 0500'],
    ['a length of NULL', '02 fb'],
    ['a path longer than the event', '02 fe ffffffffffff0000'],
  ])('refuses %s', (_, bytes) => {
    expect(thrownBy(() => read(hex(bytes))).code).toBe('DAMAGED');
  });
});
