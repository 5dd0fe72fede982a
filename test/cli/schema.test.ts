import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Binlog } from '../builder/binlog.ts';
import { mysql97 } from '../builder/format.ts';
import { change, orders } from '../builder/shop.ts';
import { inFolder } from '../helpers.ts';
import { binflash, type Ran } from './run.ts';

/** Rewrites a log of one INSERT that has the first column alone. */
function rewritten(schema: string, ...args: readonly string[]): Promise<Ran> {
  return inFolder(async (folder) => {
    const log = new Binlog(mysql97);
    log.transaction(change('insert', [1], orders, { present: [true, false] }));
    await writeFile(join(folder, 'binlog.000001'), log.bytes());
    await writeFile(join(folder, 'schema.sql'), schema);
    const files = ['rewrite', join(folder, 'binlog.000001'), '-o', join(folder, 'undo.binlog')];
    return binflash([...files, '--schema', join(folder, 'schema.sql'), ...args]);
  });
}

const fitting = 'CREATE TABLE orders (id int PRIMARY KEY, word varchar(20) CHARACTER SET latin1);';

it('a schema file gives a key', async () => {
  const { code, stderr } = await rewritten(fitting);
  expect([code, stderr]).toEqual([0, expect.stringContaining('Undid 1 row change')]);
});

it('a schema file that does not fit is exit code 2, and says what is what', async () => {
  const { code, stderr } = await rewritten(fitting.replace('varchar(20)', 'text'));
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /schema\.sql, table shop\.orders: column 2, `word`, is TEXT in latin1 in the schema, in the log VARCHAR/,
  );
  expect(stderr).toMatch(/^ {2}Give its definition of the time of the log/m);
});

it('hostile names do not reach the terminal', async () => {
  const { stderr } = await rewritten('CREATE TABLE orders (`\u001b[31mid\u0007` bigint, word text)');
  expect(stderr).toContain('\\u{1b}[31mid\\u{7}');
  expect(stderr).not.toMatch(/[^\P{Cc}\n]/u);
});

it('with --json the error is a document', async () => {
  const { code, stdout } = await rewritten('SELECT 1', '--json');
  expect([code, JSON.parse(stdout.toString())]).toEqual([
    2,
    { error: expect.objectContaining({ code: 'SCHEMA', message: 'holds no CREATE TABLE' }) },
  ]);
});

it('a time zone that is none is told before anything is read', async () => {
  const { code, stderr } = await rewritten(fitting, '--time-zone', 'Mars/Olympus');
  expect([code, stderr]).toEqual([2, expect.stringContaining('Mars/Olympus')]);
});

it('a time zone beyond those of servers is told too', async () => {
  for (const zone of ['+14:01', '-14:00', '+25:00']) {
    const { code, stderr } = await rewritten(fitting, `--time-zone=${zone}`);
    expect([code, stderr]).toEqual([2, expect.stringContaining('-13:59 to +14:00')]);
  }
});

it.each(['rewrite', 'report'])('the schema file is not replaced by the output of %s', async (command) => {
  await inFolder(async (folder) => {
    const log = new Binlog(mysql97);
    log.transaction(change('insert', [1], orders));
    const [file, schema] = [join(folder, 'binlog.000001'), join(folder, 'schema.sql')];
    await writeFile(file, log.bytes());
    await writeFile(schema, fitting);
    const { code, stderr } = await binflash([command, file, '--schema', schema, '-o', schema, '--force']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('schema file')]);
    expect(await readFile(schema, 'utf8')).toBe(fitting);
  });
});
