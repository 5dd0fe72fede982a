/** A transaction that is left out because its server was writing it, or has crashed, is said to be that. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect, report, rewrite, sql, transactions } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import { anonymousGtid, mariadbGtid, query } from '../builder/events.ts';
import { mariadb118, mysql97, type Server } from '../builder/format.ts';
import { insert } from '../builder/shop.ts';
import { inFolder } from '../helpers.ts';

const NO_COMMIT = 'the transaction that begins here has no COMMIT in this file';

/** A log in use: `whole` transactions of one row, and one of three without COMMIT, which begins at `start`. */
async function inUse(
  server: Server,
  whole: number,
  use: (path: string, start: number, folder: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const path = join(folder, 'bin.000001');
    const log = new Binlog(server, { flags: 1 });
    for (let id = 1; id <= whole; id++) log.transaction(insert(id));
    const begin = server === mysql97 ? [anonymousGtid(), query('BEGIN')] : [mariadbGtid(whole + 1)];
    const start = log.add(...begin, ...insert(7, 8, 9));
    await writeFile(path, log.bytes());
    await use(path, start, folder);
  });
}

describe.each([
  ['MySQL', mysql97],
  ['MariaDB', mariadb118],
])('an unfinished transaction of a log in use of %s', (_, server) => {
  it.each([0, 2])('is listed first and has no undo command, behind %i whole ones', async (whole) => {
    await inUse(server, whole, async (path, start) => {
      await transactions([path], { sort: 'rows', top: 1 }, async (list) => {
        expect(list).toMatchObject({ shown: 1, matching: whole + 1 });
        const { value: group } = await list.entries().next();
        expect(group).toMatchObject([{ start, rows: 3, state: 'unfinished' }]);
        const hint = expect.stringMatching(/^It is left out/);
        const reason = { code: 'UNFINISHED', file: path, offset: start, message: NO_COMMIT, hint };
        expect(list.undoFirst()).toEqual({ command: undefined, reasons: [expect.objectContaining(reason)] });
      });
    });
  });

  it('is why nothing is left of a selection that takes it alone', async () => {
    await inUse(server, 2, async (path, startPosition, folder) => {
      const left = {
        code: 'NO_MATCH',
        message: `all that matches the selection is left out: ${path}:${startPosition}: ${NO_COMMIT}`,
      };
      const select = { startPosition };
      await expect(rewrite({ inputs: [path], select })).rejects.toMatchObject(left);
      const output = join(folder, 'undo.sql');
      await expect(sql({ inputs: [path], select, output, flashback: true })).rejects.toMatchObject(left);
      const { total, warnings } = await inspect([path], { select });
      expect(total.rows).toBe(3);
      expect(warnings).toContainEqual(`${path}:${startPosition}: ${NO_COMMIT}: left out of an undo`);
    });
  });

  it('is why nothing is left of a log that holds nothing else', async () => {
    await inUse(server, 0, async (path) => {
      const left = { code: 'NO_MATCH', message: expect.stringContaining(NO_COMMIT) };
      await expect(rewrite({ inputs: [path] })).rejects.toMatchObject(left);
      const { warnings } = await inspect([path]);
      expect(warnings).toContainEqual(expect.stringContaining(NO_COMMIT));
    });
  });

  it('is in a report without a command of its own', async () => {
    for (const whole of [0, 2]) {
      await inUse(server, whole, async (path, _start, folder) => {
        const output = join(folder, 'report.html');
        const { data } = await report({ inputs: [path], output });
        const marks = data.transactions.map(({ mark, command }) => [mark, command !== undefined]);
        expect(marks).toEqual([...Array(whole).fill([undefined, true]), ['never committed', false]]);
        const reasons =
          whole > 0 ? [] : [expect.objectContaining({ message: expect.stringMatching(NO_COMMIT) })];
        expect(data.reasons).toEqual(reasons);
      });
    }
  });
});
