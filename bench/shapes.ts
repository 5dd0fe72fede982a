import { againstCopying } from './commands.ts';
import { repeatedBinlog, TINY_ROWS, tinyBinlog, workloadBinlog } from './workload.ts';

/** Values so large that everything is moving bytes. */
export async function measureBlobs(rounds: number): Promise<string[]> {
  const file = await workloadBinlog('mysql-9.7', 'blobs');
  return againstCopying(rounds, file, 'Values of 1 to 4 MiB, inserted one by one, deleted at once', {
    copying: { most: 1.3 },
  });
}

/** Rows so small that everything is finding where they end. */
export async function measureTiny(rounds: number): Promise<string[]> {
  return againstCopying(
    rounds,
    await tinyBinlog(),
    '20 million changes of rows of two INTs: 8 million INSERT, 4 million UPDATE, 8 million DELETE',
    { rows: TINY_ROWS, millionRows: { least: 5 } },
  );
}

/** Rows of 200 columns: everything is the lengths of values. */
export async function measureWide(rounds: number): Promise<string[]> {
  const file = await repeatedBinlog('wide', 'wide-240-thousand', { times: 4 });
  return againstCopying(rounds, file, '240,000 changes of rows of 200 columns, one value in ten NULL', {
    rows: 240_000,
  });
}
