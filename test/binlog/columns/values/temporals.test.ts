import { describe, expect, it } from 'vitest';
import { timeZone } from '../../../../src/binlog/columns/values/time-zone.ts';
import * as c from '../../../builder/columns.ts';
import { thrownBy } from '../../../helpers.ts';
import { type Knowledge, named, shown } from './one-column.ts';

const utc: Knowledge = { timeZone: '+00:00' };

describe('temporals', () => {
  // Out of files of MySQL 9.7 and MariaDB 11.8.
  it.each(
    named<[string, string]>(
      [c.date, '55d10f', '2024-10-21'],
      [c.date, '000000', '0000-00-00'],
      [c.datetime(0), '8000000000', '0000-00-00 00:00:00'],
      [c.datetime(6), 'fef3ff7efb 0f423f', '9999-12-31 23:59:59.999999'],
      [c.time(0), '7fffff', '-00:00:01'],
      [c.time(0), '800000', '00:00:00'],
      [c.time(3), '4b9105 d8fa', '-838:59:58.999'],
      [c.time(2), '7fffff f6', '-00:00:00.10'],
      [c.time(1), '800000 5a', '00:00:00.9'],
      [c.timestamp(0), '00000000', '0000-00-00 00:00:00'],
      [c.timestamp(3), '00000000 0000', '0000-00-00 00:00:00.000'],
      [c.timestamp(6), 'ffffffff 0f423f', '2106-02-07 06:28:15.999999'],
      [c.timestamp(1), '7fffffff 5a', '2038-01-19 03:14:07.9'],
      [c.oldTimestamp, '01000000', '1970-01-01 00:00:01'],
      [c.oldDatetime, `${le(20_261_121_030_000n, 8)}`, '2026-11-21 03:00:00'],
      [c.oldDatetime, '0000000000000000', '0000-00-00 00:00:00'],
      [c.oldDatetime, `${le(101_000_000n, 8)}`, '0000-01-01 00:00:00'],
      [c.oldTime, `${le(-8_385_959n, 3)}`, '-838:59:59'],
      [c.oldTime, `${le(123_456n, 3)}`, '12:34:56'],
    ),
  )('%s', (_, column, stored, text) => {
    expect(shown(column, stored, utc)).toBe(text);
  });

  // Out of files of MariaDB 11.8 with mysql56_temporal_format=OFF.
  it.each(
    named<[number, string, string]>(
      [c.oldTime, 3, '00b15478eb', '-12:34:56.789'],
      [c.oldDatetime, 6, '01027612995a6f35', '2024-01-02 03:04:05.678901'],
      [c.oldTimestamp, 2, '65937d2543', '2024-01-02 03:04:05.67'],
    ),
  )('%s with a fraction', (_, column, digits, stored, text) => {
    expect(shown(column, stored, { ...utc, flavour: 'mariadb', oldFractions: [digits] })).toBe(text);
  });
});

function le(value: bigint, size: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes.toString('hex', 0, size);
}

describe('time zones', () => {
  const moment = (iso: string): number => Date.parse(iso) / 1000;

  it.each([
    ['+05:30', '2026-11-21T03:00:00Z', 19_800],
    ['-11:45', '2026-11-21T03:00:00Z', -42_300],
    ['-00:30', '2026-11-21T03:00:00Z', -1800],
    ['UTC', '2026-11-21T03:00:00Z', 0],
    ['Europe/Berlin', '2026-11-21T03:00:00Z', 3600],
    ['Europe/Berlin', '2026-07-21T03:00:00Z', 7200],
    // The last second of summer, and the first of winter.
    ['Europe/Berlin', '2026-10-25T00:59:59Z', 7200],
    ['Europe/Berlin', '2026-10-25T01:00:00Z', 3600],
    // Long after the last rule that is written down.
    ['Europe/Berlin', '2105-07-01T00:00:00Z', 7200],
    // Seconds count: until 1972 Liberia was 44 minutes and 30 seconds behind.
    ['Africa/Monrovia', '1971-06-01T00:00:00Z', -2670],
    ['Asia/Kathmandu', '2026-11-21T03:00:00Z', 20_700],
  ])('%s at %s', (zone, at, seconds) => {
    expect(timeZone(zone)(moment(at))).toBe(seconds);
  });

  it('takes the zone of the machine', () => {
    const at = moment('2026-07-21T12:00:00Z');
    expect(timeZone()(at)).toBe(0 - 60 * new Date(at * 1000).getTimezoneOffset());
  });

  it('refuses a zone that there is not', () => {
    for (const name of ['Mars/Olympus', '+1', '+25:00:00', '']) {
      expect(thrownBy(() => timeZone(name))).toMatchObject({ code: 'USAGE' });
    }
  });

  it('shifts timestamps alone', () => {
    expect(shown(c.timestamp(0), '7fffffff', { timeZone: '-01:00' })).toBe('2038-01-19 02:14:07');
    expect(shown(c.timestamp(0), '00000000', { timeZone: '-01:00' })).toBe('0000-00-00 00:00:00');
    expect(shown(c.datetime(0), '8000000000', { timeZone: '-01:00' })).toBe('0000-00-00 00:00:00');
  });
});
