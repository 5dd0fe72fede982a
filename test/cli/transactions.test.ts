import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TransactionsLayout } from '../../src/cli/transactions-layout.ts';
import { formatLocal } from '../../src/select/local-time.ts';
import type { TransactionEntry } from '../../src/transactions/transactions.ts';
import { Binlog } from '../builder/binlog.ts';
import * as e from '../builder/events.ts';
import { mysql80 } from '../builder/format.ts';
import { change, insert } from '../builder/shop.ts';
import { inFolder } from '../helpers.ts';
import { binflash, type Ran } from './run.ts';

const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562';

function log(): Binlog {
  const made = new Binlog(mysql80);
  made.add(e.previousGtids());
  made.add(e.gtid(UUID, 9_007_199_254_740_993n), e.query('BEGIN'), e.rowsQuery('INSERT \u001b[31m red\n'));
  made.add(...insert(1, 2), e.xid(2n ** 64n - 1n));
  made.transaction(change('delete', [3, 4, 5]));
  made.add(e.gtid(UUID, 3), e.query('BEGIN'), ...change('update', [4]), e.query('ROLLBACK'));
  made.add(e.query('CREATE TABLE x (a INT)'), e.rotate('bin.000002'));
  return made;
}

/** Runs `transactions` on the log; `@` stands for its path. */
function run(...args: string[]): Promise<Ran & { path: string }> {
  return inFolder(async (folder) => {
    const path = join(folder, 'bin.000001');
    await writeFile(path, log().bytes());
    return { ...(await binflash(args.map((arg) => (arg === '@' ? path : arg)))), path };
  });
}

describe('binflash transactions', { timeout: 300_000 }, () => {
  it('lists one a line, says what is not listed, and prints the command', async () => {
    const { code, stdout, stderr, path } = await run('transactions', '@', '--sort', 'deleted');
    const lines = stdout.toString().split('\n');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines[0]).toMatch(
      /^file +start +end +time +took +inserted +updated +deleted +size +thread +GTID +tables +statement$/,
    );
    expect(lines[1]).toMatch(/^bin\.000001 +\d+ +\d+ .* - +- +3 .* shop\.orders$/);
    expect(lines[2]).toMatch(/:9007199254740993 +shop\.orders +INSERT \\u\{1b\}\[31m red$/);
    expect(lines[3]).toContain('(rolled back)');
    expect(stdout.toString()).toMatch(
      /^3 transactions\.\nNot listed: 1 group of events without row changes/m,
    );
    expect(lines.at(-2)).toMatch(
      new RegExp(
        `^ {2}binflash rewrite ${path} --start-position \\d+ --stop-position \\d+ -o undo\\.binlog$`,
      ),
    );
    expect(stdout.toString()).not.toContain('\u001b');
  });

  it('writes one JSON object a line, large numbers as text', async () => {
    const { code, stdout } = await run('transactions', '@', '--json', '--max-value', '6');
    expect(code).toBe(0);
    const objects = stdout
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects).toMatchObject([
      {
        gtid: `${UUID}:9007199254740993`,
        xid: '18446744073709551615',
        state: 'committed',
        insert: 2,
        rows: 2,
        statement: 'INSERT',
        statementCut: true,
        tables: [{ table: 'shop.orders', insert: 2, update: 0, delete: 0 }],
        rewrite: { command: expect.stringMatching(/^binflash rewrite /), rows: 2 },
      },
      { delete: 3 },
      { state: 'rolled back' },
    ]);
    expect(objects[1]).not.toHaveProperty('rewrite');
  });

  it('gives the reason in place of the command where there is none', async () => {
    const { code, stdout } = await run('transactions', '@', '--type', 'update');
    expect(code).toBe(0);
    expect(stdout.toString()).toMatch(
      /cannot be undone:\n.*:\d+: the transaction that begins here was rolled back/,
    );
    expect(stdout.toString()).not.toContain('binflash rewrite');
  });

  it.each<[string, string[], number, RegExp]>([
    ['nothing selected', ['-T', 'a.b'], 1, /nothing matches the selection/],
    ['nothing large enough', ['--min-rows', '4'], 1, /the largest has 3/],
    [
      'no such text',
      ['--contains', 'truncate'],
      1,
      /no statement of the selected changes contains "truncate"/,
    ],
    ['an unknown order', ['--sort', 'name'], 2, /--sort "name" is not one of rows, deleted/],
    ['none at all', ['--top', '0'], 2, /--top must be 1 or more/],
    ['an empty standard input', ['-'], 3, /standard input: the file is empty/],
  ])('%s', async (_, args, code, message) => {
    const ran = await run('transactions', '@', ...args);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toMatch(message);
    expect(ran.stdout).toHaveLength(0);
  });

  it('ends quietly when its reader has seen enough', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'bin.000001');
      const many = new Binlog(mysql80);
      for (let i = 0; i < 20_000; i++) many.transaction(insert(i));
      await writeFile(path, many.bytes());
      const shim = join(import.meta.dirname, 'shim.ts');
      const child = spawn(process.execPath, ['--import', 'tsx', shim, 'transactions', path]);
      let said = '';
      child.stderr.on('data', (data: Buffer) => {
        said += data.toString();
      });
      child.stdout.once('data', () => child.stdout.destroy());
      const code = await new Promise((resolve) => child.once('close', resolve));
      expect({ code, said }).toEqual({ code: 0, said: '' });
    });
  });
});

describe('the layout', () => {
  const entry: TransactionEntry = {
    file: '/var/lib/mysql/bin.000001',
    start: 1234,
    end: 5678,
    endFile: undefined,
    source: undefined,
    size: 4444,
    time: 1_795_230_000,
    duration: 4000,
    state: 'prepared',
    gtid: `${UUID}:5`,
    threadId: undefined,
    serverId: 1,
    xid: undefined,
    decided: undefined,
    rows: 12,
    insert: 0,
    update: 5,
    delete: 7,
    uncountedEvents: 0,
    tables: ['shop.orders', 'shop.a_rather_long_name', 'shop.third', 'shop.x\u0007'].map((table) => ({
      table,
      insert: 0,
      update: 1,
      delete: 1,
    })),
    statement: { text: 'DELETE\n  FROM 💡 orders', cut: true },
    statements: 3,
  };

  it('tells of relay logs where a transaction ends, in which file and on the source', () => {
    const relayed = { ...entry, endFile: '/r/relay.000002', source: { file: 'bin.000007', end: 99_000 } };
    const layout = new TransactionsLayout(Infinity, [relayed.file], [relayed], formatLocal);
    expect(layout.head).toMatch(/thread +end on the source +GTID/);
    expect(layout.lines(relayed)[0]).toMatch(/ 1234 +relay\.000002:5678 .* bin\.000007:99000 /);
    const narrow = new TransactionsLayout(80, [relayed.file], [relayed], formatLocal);
    expect(narrow.lines(relayed)[0]).toContain('bin.000001:1234-relay.000002:5678');
  });

  it('has two lines on a narrow terminal, none of them longer than it is', () => {
    for (const width of [20, 40, 80, 120]) {
      const layout = new TransactionsLayout(width, [entry.file], [entry], formatLocal);
      const lines = layout.lines(entry);
      expect([layout.wide, layout.head, lines.length]).toEqual([false, undefined, 2]);
      for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(width);
    }
    const [first, second] = new TransactionsLayout(100, [entry.file], [entry], formatLocal).lines(entry);
    expect(first).toMatch(/^bin\.000001:1234-5678 {2}2026-11-21 \d\d:00:00 {2}1h6m {2}4\.3 KiB$/);
    expect(second).toBe('    5 updated, 7 deleted  shop.orders +3  (prepared) DELETE FROM 💡 orders… (+2)');
  });

  it('has one line elsewhere', () => {
    const layout = new TransactionsLayout(
      Number.POSITIVE_INFINITY,
      [entry.file, '/other/bin.000001'],
      [entry],
      formatLocal,
    );
    expect(layout.lines(entry)).toEqual([
      expect.stringMatching(
        /^\/var\/lib\/mysql\/bin\.000001 +1234 +5678 .*:5 +shop\.orders \+3 +\(prepared\) DELETE/,
      ),
    ]);
  });
});
