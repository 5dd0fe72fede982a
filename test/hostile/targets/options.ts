import { timeZone } from '../../../src/binlog/columns/values/time-zone.ts';
import { divideFilter, filterTable } from '../../../src/select/filter-text.ts';
import { containsGtid, parseGtidSet } from '../../../src/select/gtid-set.ts';
import { compileTable, splitList } from '../../../src/select/patterns.ts';
import { parseCondition } from '../../../src/where/parser.ts';
import { printCondition } from '../../../src/where/syntax.ts';
import { expectBinflashError } from './expect.ts';

/** What users write: row filters, GTID sets, patterns, time zones. */
export function fuzz(data: Buffer): void {
  const text = data.toString('utf8');
  expectBinflashError(() => {
    const filter = divideFilter(text);
    filterTable(filter)('shop', 'orders');
    const printed = printCondition(parseCondition(filter));
    // What is printed of a condition is the same condition.
    const again = printCondition(parseCondition(divideFilter(printed)));
    if (again !== printed) throw new Error(`${printed} reads as ${again}`);
  });
  expectBinflashError(() => void containsGtid(parseGtidSet('--include-gtids', [text]), '0-1', 5n));
  expectBinflashError(() => {
    for (const pattern of splitList([text])) compileTable('--table', pattern)('shop', 'orders', true);
  });
  expectBinflashError(() => void timeZone(text));
}
