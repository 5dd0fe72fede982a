import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { inFolder } from '../helpers.ts';
import { binflash } from './run.ts';

/** Of a server that logs names; its last transaction is an update and three inserts. */
const INCIDENT = 'fixtures/mysql-9.7/incident.binlog';
/** Of a server that does not. */
const NAMELESS = 'fixtures/mysql-9.7/workflow.binlog';
const LAST = ['--start-position', '191985'];

const statementsOf = (text: string): string[] => text.match(/^(INSERT|UPDATE|DELETE|REPLACE) .*$/gm) ?? [];

describe('binflash sql', { timeout: 300_000 }, () => {
  it('writes the changes, and with --flashback their undo in reverse order, to standard output', async () => {
    const [redo, undo] = await Promise.all([
      binflash(['sql', INCIDENT, ...LAST]),
      binflash(['sql', INCIDENT, ...LAST, '--flashback']),
    ]);
    expect([redo.code, undo.code]).toEqual([0, 0]);
    const made = statementsOf(redo.stdout.toString());
    const undone = statementsOf(undo.stdout.toString());
    expect(made.map((statement) => /^\w+/.exec(statement)![0])).toEqual([
      'INSERT',
      'INSERT',
      'INSERT',
      'UPDATE',
    ]);
    expect(undone).toEqual([
      "UPDATE `shop`.`products` SET `id`=94,`name`='Kettle no. 94',`price`=59.53,`stock`=54 WHERE `id`=94;",
      'DELETE FROM `shop`.`order_lines` WHERE `order_id`=2300 AND `line`=2;',
      'DELETE FROM `shop`.`order_lines` WHERE `order_id`=2300 AND `line`=1;',
      'DELETE FROM `shop`.`orders` WHERE `id`=2300;',
    ]);
    expect(undo.stdout.toString()).toMatch(
      /^-- fixtures\/mysql-9\.7\/incident\.binlog:191985-193030 {2}\S+ \S+ {2}GTID acf80370-\S+:304 {2}thread 34 {2}xid 9970 {2}server 1\nBEGIN;$/m,
    );
    expect(undo.stderr).toMatch(/^Wrote the undo of 4 row changes in 1 transaction: standard output, /);
    expect(undo.stderr).toContain('  shop.order_lines: 2 inserts removed\n');
  });

  it('says of which tables the names are missing', async () => {
    const { code, stdout, stderr } = await binflash(['sql', NAMELESS]);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^binflash: SQL needs column names, .* those of flow\.run, .*\n {2}.*--schema FILE/,
    );
  });

  it('cuts the text by table, transaction or size', async () => {
    await inFolder(async (folder) => {
      const run = (name: string, ...args: string[]): ReturnType<typeof binflash> =>
        binflash(['sql', INCIDENT, '--flashback', '-o', join(folder, name), ...args]);
      const results = await Promise.all([
        run('whole'),
        run('table', '--split-by', 'table'),
        run('transaction', '--split-by', 'transaction', '--start-position', '189583'),
        run('size', '--split-by', 'size', '--max-file-size', '64K'),
      ]);
      expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
      const names = (await readdir(folder)).sort();
      expect(names).toEqual([
        'size.000001',
        'size.000002',
        'size.000003',
        'table.shop.customers',
        'table.shop.order_lines',
        'table.shop.orders',
        'table.shop.products',
        'table.shop.sessions',
        'transaction.000001',
        'transaction.000002',
        'transaction.000003',
        'transaction.000004',
        'transaction.000005',
        'transaction.000006',
        'whole',
      ]);
      const read = async (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
      const whole = statementsOf(await read('whole'));
      const texts = async (start: string): Promise<string[]> =>
        Promise.all(names.filter((name) => name.startsWith(start)).map(read));
      const bySize = await texts('size');
      expect(bySize.flatMap(statementsOf)).toEqual(whole);
      for (const text of bySize) expect(text).toMatch(/^SET @binflash[\s\S]*;\nSET SESSION [^\n]*;\n$/);
      const byTransaction = await texts('transaction');
      expect(byTransaction.flatMap(statementsOf)).toEqual(
        whole.slice(0, byTransaction.flatMap(statementsOf).length),
      );
      for (const text of byTransaction) expect(text.match(/^BEGIN;$/gm)).toHaveLength(1);
      const byTable = (await texts('table')).map(statementsOf);
      expect(byTable.flat().toSorted()).toEqual(whole.toSorted());
      expect(byTable[2]).toEqual(whole.filter((statement) => statement.includes('`shop`.`orders`')));
    });
  });

  // Every part stayed open until the last one was written.
  it('makes more files than may be open at a time', async () => {
    await inFolder(async (folder) => {
      const words = ['sql', INCIDENT, '--split-by', 'transaction', '-o', join(folder, 'part'), '--quiet'];
      const node = [process.execPath, '--import', 'tsx', 'test/cli/shim.ts', ...words];
      const run = promisify(execFile);
      await run('bash', ['-c', 'ulimit -n 100; exec "$@"', 'bash', ...node]);
      expect(await readdir(folder)).toHaveLength(293);
    });
  });

  it('replaces a file only with --force, and leaves nothing of a run that fails', async () => {
    await inFolder(async (folder) => {
      const output = join(folder, 'undo.sql');
      await writeFile(output, 'mine');
      const kept = await binflash(['sql', INCIDENT, ...LAST, '-o', output]);
      expect(kept.code).toBe(2);
      expect(kept.stderr).toMatch(/undo\.sql: exists already/);
      expect(await readFile(output, 'utf8')).toBe('mine');
      const failed = await binflash(['sql', NAMELESS, '-o', output, '--force']);
      expect(failed.code).toBe(2);
      expect(await readdir(folder)).toEqual(['undo.sql']);
      expect(await readFile(output, 'utf8')).toBe('mine');
      const replaced = await binflash(['sql', INCIDENT, ...LAST, '-o', output, '--force', '--json']);
      expect(JSON.parse(replaced.stdout.toString())).toMatchObject({
        rows: 4,
        statements: 4,
        outputs: [output],
      });
      expect(statementsOf(await readFile(output, 'utf8'))).toHaveLength(4);
    });
  });

  it('keeps old and new values in tables, and in files for other programs', async () => {
    const products = ['sql', INCIDENT, ...LAST, '-T', 'shop.products', '--quiet'];
    const [audit, csv, ndjson] = await Promise.all([
      binflash([...products, '--audit']),
      binflash([...products, '--format', 'csv']),
      binflash([...products, '--format', 'ndjson']),
    ]);
    expect([audit, csv, ndjson].map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array.from({ length: 3 }, () => ({ code: 0, stderr: '' })),
    );
    expect(audit.stdout.toString()).toMatch(/^CREATE TABLE IF NOT EXISTS `shop`\.`_products_keep_data_` \(/m);
    expect(statementsOf(audit.stdout.toString())).toHaveLength(1);
    const [head, line, ...rest] = csv.stdout.toString().split('\r\n');
    expect(head).toMatch(/^\ufeffop,op_datetime,bfr_id,.*,aft_id,.*,binlog_file,binlog_position,gtid$/);
    expect(line).toMatch(/^update,\d{4}-\d\d-\d\d .*,94,"Kettle no\. 94",59\.53,\d+,94,/);
    expect(rest).toEqual(['']);
    expect(JSON.parse(ndjson.stdout.toString())).toMatchObject({
      kind: 'update',
      table: 'shop.products',
      before: { id: 94, name: 'Kettle no. 94' },
    });
  });

  it('does not mix a document with the text', async () => {
    const { code, stdout } = await binflash(['sql', INCIDENT, '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout.toString()).error).toMatchObject({
      message: '--json and the text cannot both have standard output',
    });
  });

  it('takes the options of statements as their names say', async () => {
    const some = ['sql', INCIDENT, ...LAST];
    const [bare, plain, hex] = await Promise.all([
      binflash([
        ...some,
        ...['--type', 'insert', '--no-primary-key', '--no-add-schema-name', '--rows-per-statement', '5'],
      ]),
      binflash([...some, '--replace', '--changed-only', '--sleep-every', '1']),
      binflash([...some, '--text-literals', 'hex', '--guard', '--type', 'update']),
    ]);
    expect(statementsOf(bare.stdout.toString())[1]).toMatch(
      /^INSERT INTO `order_lines` \(`\w+`(,`\w+`)*\) VALUES \(.*\),\(.*\);$/,
    );
    expect(plain.stdout.toString()).toMatch(/^REPLACE INTO `shop`\.`orders`/m);
    expect(plain.stdout.toString()).toMatch(
      /^UPDATE `shop`\.`products` SET `stock`=\d+ WHERE `id`=94;\nCOMMIT;\nDO SLEEP\(1\);$/m,
    );
    expect(hex.stdout.toString()).toMatch(
      /`name`=_utf8mb4 0x4B6574746C65[^']*;\nSET @binflash_guard = IF\(ROW_COUNT\(\) = 1,/,
    );
  });

  it.each([
    [['--audit', '--flashback'], /--flashback does not go with it/],
    [['--format', 'csv'], /a CSV file has the columns of one table, and these are selected: shop\./],
    [['--no-primary-key'], /--no-primary-key gives rows new keys, .* of shop\.\w+.* by the keys of the log/],
    [['--no-primary-key', '--replace'], /--replace needs the keys/],
    [['--split-by', 'table'], /--split-by makes several files and needs a name with -o/],
    [['--rows-per-statement', '0'], /--rows-per-statement must be a whole number from 1 on, not 0/],
    [['--split-by', 'size', '-o', '/nowhere/x'], /--split-by size and --max-file-size need each other/],
  ])('refuses what makes no sense: %j', async (args, message) => {
    const { code, stdout, stderr } = await binflash(['sql', INCIDENT, ...args]);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
