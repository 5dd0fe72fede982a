import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rewrite } from '../../src/index.ts';
import { Binlog, START_TIME } from '../builder/binlog.ts';
import { rotate } from '../builder/events.ts';
import { mariadb118, mysql80 } from '../builder/format.ts';
import { effects } from '../builder/oracle.ts';
import { readBinlog } from '../builder/reader.ts';
import { change, insert, orders } from '../builder/shop.ts';
import { inFolder } from '../helpers.ts';

interface Input {
  readonly name: string;
  readonly id: number;
  readonly time?: number;
  readonly next?: string;
}

/** Writes one insert a file and answers the ids in the order in which the undo takes them back. */
function undone(...inputs: Input[]): Promise<number[]> {
  return inFolder(async (folder) => {
    for (const { name, id, time, next } of inputs) {
      const log = new Binlog(mysql80, { time: START_TIME + (time ?? 0) });
      log.transaction(insert(id));
      if (next !== undefined) log.add(rotate(next));
      await writeFile(join(folder, name), log.bytes());
    }
    const output = join(folder, 'undo');
    await rewrite({ inputs: inputs.map(({ name }) => join(folder, name)), output });
    const transactions = effects([readBinlog(await readFile(output))]);
    return transactions.map(([first]) => Buffer.from(first!.before![0]!, 'hex').readUInt32LE());
  });
}

describe('files', () => {
  it('are put in order by their numbers, as numbers, whatever the order and times given', async () => {
    expect(
      await undone(
        { name: 'bin.10', id: 10, time: 0 },
        { name: 'bin.9', id: 9, time: 50 },
        { name: 'bin.000011', id: 11 },
      ),
    ).toEqual([11, 10, 9]);
  });

  it('are put in order by time where their names tell nothing', async () => {
    const [a, b, c] = [
      { name: 'a', id: 1, time: 30 },
      { name: 'b', id: 2, time: 10 },
      { name: 'c.000001', id: 3, time: 20 },
    ];
    expect(await undone(a, b, c)).toEqual([1, 3, 2]);
  });

  it('begun in the same second, without numbers in their names, are refused: their order cannot be told', async () => {
    const tie = undone({ name: 'copy-c', id: 1 }, { name: 'copy-a', id: 2 });
    await expect(tie).rejects.toMatchObject({ code: 'USAGE', hint: expect.stringMatching(/names/) });
  });

  it('under other names may not have a gap either: ROTATE tells their numbers', async () => {
    const gap = undone(
      { name: 'monday', id: 1, time: 0, next: 'bin.000002' },
      { name: 'wednesday', id: 3, time: 9, next: 'bin.000004' },
    );
    await expect(gap).rejects.toMatchObject({ code: 'GAP' });
  });

  it('may not have a gap', async () => {
    const gap = undone({ name: 'bin.000001', id: 1 }, { name: 'bin.000003', id: 3 });
    await expect(gap).rejects.toMatchObject({ code: 'GAP', file: expect.stringMatching(/bin\.000003$/) });
  });

  it('follow each other as ROTATE says', async () => {
    const one = { name: 'bin.000001', id: 1, next: 'bin.000003' };
    expect(await undone(one, { name: 'bin.000003', id: 3 })).toEqual([3, 1]);
    await expect(undone(one, { name: 'bin.000002', id: 2 })).rejects.toMatchObject({ code: 'GAP' });
  });

  it('may not be given twice, under one name or two, nor be none', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'bin.000001');
      await writeFile(path, new Binlog(mysql80).bytes());
      for (const other of [path, join(folder, '.', 'bin.000001')]) {
        await expect(rewrite({ inputs: [path, other] })).rejects.toMatchObject({
          code: 'USAGE',
          message: expect.stringContaining('given twice'),
        });
      }
    });
    await expect(rewrite({ inputs: [] })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('of two flavours are not mixed', async () => {
    await inFolder(async (folder) => {
      const inputs = [join(folder, 'x'), join(folder, 'y')];
      const mysql = new Binlog(mysql80);
      mysql.transaction(insert(1));
      const mariadb = new Binlog(mariadb118, { time: mysql.time + 10 });
      mariadb.transaction(change('insert', [1], { ...orders, padding: 0 }, { version: 1 }));
      await writeFile(inputs[0]!, mysql.bytes());
      await writeFile(inputs[1]!, mariadb.bytes());
      await expect(rewrite({ inputs })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    });
  });

  it('that are missing, and folders without any, are named', async () => {
    await inFolder(async (folder) => {
      const none = join(folder, 'none');
      await expect(rewrite({ inputs: [none] })).rejects.toMatchObject({ code: 'IO', file: none });
      await expect(rewrite({ inputs: [folder] })).rejects.toMatchObject({ code: 'IO' });
    });
  });
});
