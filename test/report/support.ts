import { makePlan } from '../../src/flashback/plan.ts';
import { readIndex, withBinlogs } from '../../src/read/binlogs.ts';
import { makeReportData } from '../../src/report/report-data.ts';
import type { ReportData } from '../../src/report/view/data.ts';
import type { Selection } from '../../src/select/selection.ts';
import { inFolder, writeFiles } from '../helpers.ts';

/** What a report of these binlogs shows. */
export function dataOf(files: readonly Uint8Array[], select: Selection = {}): Promise<ReportData> {
  return inFolder(async (folder) => dataOfPaths(await writeFiles(folder, files), select));
}

export function dataOfPaths(paths: readonly string[], select: Selection = {}): Promise<ReportData> {
  return withBinlogs(paths, {}, async (sources) => {
    const index = await readIndex(sources, { select });
    return makeReportData(index, sources, makePlan(index, { select }), {
      select,
      mask: undefined,
      options: [],
      transactions: 100,
      statementLength: 200,
      window: 4096,
      spoolFolder: '/nowhere',
      now: 0,
    });
  });
}

/** Runs something while this process's clock shows the time of another zone. */
export async function inZone<T>(zone: string, run: () => T | Promise<T>): Promise<T> {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    return await run();
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
}

/** Numbers added up. */
export const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);
