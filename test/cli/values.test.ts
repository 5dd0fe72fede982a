import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSelection, sizeOf } from '../../src/cli/arguments.ts';
import { parseDatetime } from '../../src/cli/datetime.ts';
import { formatLocal } from '../../src/select/local-time.ts';
import { shellPath } from '../../src/wire/shell.ts';
import { thrownBy } from '../helpers.ts';

const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = 'Europe/Berlin';
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const at = (text: string): number => parseDatetime('--start-datetime', text);

describe('dates and times', () => {
  it.each([
    ['2026-11-21T03:00:00Z', 1_795_230_000],
    ['2026-11-21 03:00:00 Z', 1_795_230_000],
    ['2026-11-21T03:00:00+00:00', 1_795_230_000],
    ['2026-11-21T05:30:00+0230', 1_795_230_000],
    ['2026-11-20T22:00:00-05:00', 1_795_230_000],
    ['2026-11-21T03:00:00.999Z', 1_795_230_000],
    // Local: one hour ahead of UTC in winter, two in summer.
    ['2026-11-21 04:00:00', 1_795_230_000],
    ['2026-11-21 04:00', 1_795_230_000],
    ['2026-07-01', Date.UTC(2026, 5, 30, 22) / 1000],
    ['2024-2-29 1:2:3', Date.UTC(2024, 1, 29, 0, 2, 3) / 1000],
  ])('%s', (text, expected) => expect(at(text)).toBe(expected));

  it.each([
    '',
    'now',
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-11-31',
    '2026-11-21 24:00',
    '2026-11-21 10:60',
    '2026-11-21 10',
    '1795230000',
    '21.11.2026',
  ])('no day or no time: "%s"', (text) =>
    expect(thrownBy(() => at(text))).toMatchObject({ code: 'USAGE', message: expect.stringContaining(text) }),
  );

  it.each(['0026-11-21', '2026-11-21T03:00:00+99:99'])('a typing error is not another time: %s', (text) =>
    expect(thrownBy(() => at(text)).code).toBe('USAGE'),
  );

  it('prints what it reads', () => {
    expect(formatLocal(1_795_230_000)).toBe('2026-11-21 04:00:00+01:00');
    for (const seconds of [0, 1_795_230_000, 1_782_856_800]) expect(at(formatLocal(seconds))).toBe(seconds);
  });
});

describe('values of options', () => {
  it('sizes are powers of 1024', () => {
    const size = (text: string): number | undefined =>
      sizeOf({ 'max-event-size': text }, 'max-event-size', 1024, 2 * 1024 ** 3);
    expect(['1024', '64K', '1m', '2G'].map(size)).toEqual([1024, 65_536, 1024 ** 2, 2 * 1024 ** 3]);
    for (const text of ['1023', '1T', '-1', '1.5M', '', 'M', '3G', '99999999999999G'])
      expect(thrownBy(() => size(text)).code).toBe('USAGE');
  });

  it('lists take commas and repetition; XIDs are 64 bits wide', () => {
    const selection = readSelection({
      type: ['INSERT, delete', 'update'],
      xid: '18446744073709551615',
      'thread-id': '1,2',
    });
    expect(selection).toMatchObject({
      types: ['insert', 'delete', 'update'],
      xids: [18446744073709551615n],
      threadIds: [1, 2],
    });
    for (const args of [{ xid: '1.5' }, { 'thread-id': 'x' }, { table: ' ' }, { 'start-position': '-1' }])
      expect(thrownBy(() => readSelection(args)).code).toBe('USAGE');
  });

  it('file names in the replay command are safe in a shell', () => {
    expect(['undo.binlog', 'a b', "it's", '-x', '$(rm)'].map(shellPath)).toEqual([
      'undo.binlog',
      "'a b'",
      `'it'\\''s'`,
      './-x',
      "'$(rm)'",
    ]);
  });
});
