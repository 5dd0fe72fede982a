import type { RunningServer } from '../../servers/index.ts';

/** Where a transaction stands, as the server's own mysqlbinlog tells it. */
export interface Found {
  readonly start: number;
  readonly end: number;
  readonly rows: number;
}

/**
 * The transaction that deleted or updated most rows of a table, found the way it was before: in the decoded text of
 * the whole file. It begins with its GTID event, where there is one.
 */
export async function findByEye(
  server: RunningServer,
  file: string,
  change: 'DELETE FROM' | 'UPDATE',
  table: string,
): Promise<Found> {
  const { stdout } = await server.mysqlbinlog(['--verbose', '--base64-output=decode-rows', file]);
  const row = `### ${change} \`${table.replace('.', '`.`')}\``;
  let best: Found = { start: 0, end: 0, rows: 0 };
  // Each transaction ends with its XID; what follows begins with the offset of the next event.
  for (const text of stdout.toString().split('COMMIT/*!*/;\n')) {
    const rows = text.split('\n').filter((line) => line === row).length;
    if (rows <= best.rows) continue;
    const offsets = [...text.matchAll(/^# at (\d+)$/gm)].map(([, offset]) => Number(offset));
    const ends = [...text.matchAll(/end_log_pos (\d+)/g)].map(([, offset]) => Number(offset));
    best = { start: offsets[0]!, end: ends.at(-1)!, rows };
  }
  return best;
}
