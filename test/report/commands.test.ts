import { describe, expect, it } from 'vitest';
import { commandsFor } from '../../src/report/view/commands.ts';
import { wholeView } from '../../src/report/view/data.ts';
import { sampleData } from './sample.ts';

const fourth = { from: 4, to: 5 };

describe('the commands of a view', () => {
  it('are the selection of the report for all of it', () => {
    const data = sampleData({ select: { databases: ['shop'], xids: ['18446744073709551615'] } });
    expect(commandsFor(data, wholeView(data))).toEqual({
      rewrite:
        'binflash rewrite bin.000001 bin.000002 --database shop --xid 18446744073709551615 -o undo.binlog',
      show: 'binflash show bin.000001 bin.000002 --database shop --xid 18446744073709551615',
      transactions:
        'binflash transactions bin.000001 bin.000002 --database shop --xid 18446744073709551615 --sort rows',
      report:
        'binflash report bin.000001 bin.000002 --database shop --xid 18446744073709551615 -o closer.html',
    });
  });

  it('name the times of a span, and only the files it needs', () => {
    const data = sampleData();
    expect(commandsFor(data, { ...wholeView(data), span: fourth })!.rewrite).toBe(
      'binflash rewrite bin.000002 --start-datetime 2026-11-21T03:00:04+00:00 --stop-datetime 2026-11-21T03:00:05+00:00 -o undo.binlog',
    );
  });

  it('name all files where positions count in the first and the last', () => {
    const view = { ...wholeView(sampleData()), span: fourth };
    expect(commandsFor(sampleData({ select: { startPosition: 200 } }), view)!.show).toMatch(
      /^binflash show bin.000001 bin.000002 --start-position 200 /,
    );
    const early = { ...view, span: { from: 0, to: 1 } };
    expect(commandsFor(sampleData({ select: { stopPosition: 900 } }), early)!.show).toMatch(
      /^binflash show bin.000001 bin.000002 --stop-position 900 /,
    );
  });

  it('stay within the times of the selection', () => {
    const data = sampleData({ select: { startDatetime: 1_795_230_001, stopDatetime: 1_795_230_005 } });
    const words = (span: { from: number; to: number }): string =>
      commandsFor(data, { ...wholeView(data), span })!.show.replace(/.*(?=--start)/, '');
    expect(words({ from: 0, to: 10 })).toBe(
      '--start-datetime 2026-11-21T03:00:01+00:00 --stop-datetime 2026-11-21T03:00:05+00:00',
    );
    expect(words({ from: 4, to: 8 })).toBe(
      '--start-datetime 2026-11-21T03:00:04+00:00 --stop-datetime 2026-11-21T03:00:05+00:00',
    );
  });

  it('name the kinds and the table that are looked at, in place of wider ones', () => {
    const data = sampleData({
      select: { tables: ['shop.*'], types: ['delete', 'update'] },
      patterns: ['shop.orders', "`sh'op`.`a.b`"],
      options: [['time-zone', 'Europe/Berlin']],
    });
    expect(commandsFor(data, { ...wholeView(data), kinds: [false, false, true], table: 1 })!.show).toBe(
      `binflash show bin.000001 bin.000002 --table '\`sh'\\''op\`.\`a.b\`' --type delete --time-zone Europe/Berlin`,
    );
  });

  it('name no kind that the report does not select', () => {
    const data = sampleData({ select: { types: ['delete'] } });
    const show = (kinds: [boolean, boolean, boolean]): string | undefined =>
      commandsFor(data, { ...wholeView(data), kinds })?.show;
    expect(show([true, false, true])).toBe('binflash show bin.000001 bin.000002 --type delete');
    expect(show([true, true, false])).toBeUndefined();
  });

  it('are not there for tables that go by one name', () => {
    const data = sampleData({
      tables: ['shop.orders', '900 more tables'],
      patterns: ['shop.orders'],
      otherTables: 900,
    });
    expect(commandsFor(data, { ...wholeView(data), table: 1 })).toBeUndefined();
  });
});
