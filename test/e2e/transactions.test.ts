/** What people look for in a log, found by `transactions`, and undone by the very command that it prints. */
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { Selection } from '../../src/index.ts';
import {
  type TransactionEntry,
  type TransactionsOptions,
  transactions,
} from '../../src/transactions/transactions.ts';
import type { UndoCommand } from '../../src/transactions/undo-command.ts';
import { type RunningServer, serverIds } from '../servers/index.ts';
import { dumpDefinitions } from './by-sql.ts';
import { chapters, NEXT_FILE } from './chapters.ts';
import { eachServer, fingerprint, logged } from './support.ts';

/** MariaDB logs the texts of statements by itself. */
const withTexts = (id: string): string =>
  id.startsWith('mysql') ? 'SET SESSION binlog_rows_query_log_events = ON;' : '';

interface Found {
  readonly entries: readonly TransactionEntry[];
  readonly undo: UndoCommand;
}

function find(files: readonly string[], options: Partial<TransactionsOptions> = {}): Promise<Found> {
  return transactions(files, { maxText: 100, ...options }, async (list) => {
    const entries: TransactionEntry[] = [];
    for await (const group of list.entries()) entries.push(...group);
    return { entries, undo: list.undoFirst() };
  });
}

const SHIM = join(import.meta.dirname, '..', 'cli', 'shim.ts');

/** Runs a command that was printed in a shell, as somebody who has copied it; its output goes into the folder. */
async function runPrinted(command: string, folder: string): Promise<string> {
  const program = `'${process.execPath}' --import tsx '${SHIM}'`;
  // What is printed goes into the folder where it is run; only tsx must be found from here.
  const script = `binflash() { ${program} "$@"; }\n${command.replace(/undo\.binlog$/, '"$OUT"/undo.binlog')}\n`;
  const path = join(folder, 'run.sh');
  await writeFile(path, script);
  return new Promise<string>((resolve, reject) => {
    execFile('sh', [path], { env: { ...process.env, OUT: folder } }, (error, _stdout, stderr) =>
      error ? reject(new Error(stderr)) : resolve(stderr),
    );
  });
}

/** Runs the command as it is printed, and replays what it wrote. */
async function undoAsPrinted(server: RunningServer, { undo }: Found): Promise<void> {
  if (undo.command === undefined) throw new Error(undo.reasons.map(String).join());
  const folder = await mkdtemp(join(dirname(server.binlogFolder), 'printed-'));
  const said = await runPrinted(undo.command, folder);
  const { rows } = undo.plan;
  expect(said).toContain(`Undid ${rows} row change${rows === 1 ? '' : 's'} in 1 transaction`);
  expect(await server.replay([join(folder, 'undo.binlog')])).toBe('');
}

/** The same command with `sql` instead of `rewrite`, its text piped into a plain client. */
async function pipeAsPrinted(
  server: RunningServer,
  database: string,
  { undo }: Found,
  ...options: string[]
): Promise<void> {
  const folder = await mkdtemp(join(dirname(server.binlogFolder), 'printed-'));
  const schema = join(folder, 'schema.sql');
  await writeFile(schema, await dumpDefinitions(server, [database]));
  const words = ['sql', ...options, '--schema', `'${schema}'`];
  await runPrinted(undo.command!.replace('binflash rewrite', `binflash ${words.join(' ')}`), folder);
  const text = createReadStream(join(folder, 'undo.binlog'));
  expect(await server.pipe([], text)).toEqual({ stdout: '', stderr: '' });
}

const tables = `
  CREATE TABLE orders (id INT PRIMARY KEY, status VARCHAR(20), note VARCHAR(9000));
  CREATE TABLE items (id INT PRIMARY KEY, orders INT);
  INSERT INTO orders VALUES (1, 'new', ''), (2, 'new', ''), (3, 'paid', ''), (4, 'paid', ''), (5, 'paid', '');
  INSERT INTO items VALUES (1, 1), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5);`;

eachServer(
  'finds the bad one among good ones, and its command undoes just that',
  async ({ server, database }) => {
    await server.sql(tables, database);
    // No comment: clients leave them out.
    const forgotten = "DELETE FROM orders WHERE 'forgotten' <> ''";
    const file = await logged(
      server,
      `${withTexts(server.id)}
     INSERT INTO orders VALUES (10, 'new', 'first');
     BEGIN; INSERT INTO items VALUES (10, 10); UPDATE orders SET note = 'two items' WHERE id = 10; COMMIT;
     CREATE TABLE other (id INT);`,
      database,
    );
    const before = await fingerprint(server, database);
    // Files that follow each other.
    const next = async (statements: string): Promise<string> => {
      await server.sql(withTexts(server.id) + statements, database);
      return server.closeBinlog();
    };
    const bad = await next(`BEGIN; DELETE FROM items WHERE orders < 4; ${forgotten}; COMMIT;`);
    const later = await next('INSERT INTO other VALUES (1);');
    const files = [later, file, bad];
    const found = await find(files, { sort: 'deleted', top: 1 });
    expect(found.entries).toMatchObject([
      {
        file: bad,
        state: 'committed',
        delete: 10,
        insert: 0,
        rows: 10,
        tables: [{ table: `${database}.items`, delete: 4 }, { table: `${database}.orders` }],
        statement: { text: forgotten, cut: false },
        statements: 2,
      },
    ]);
    const byText = await find(files, { contains: "where 'FORGOTTEN'" });
    expect(byText.entries).toEqual(found.entries);
    expect(byText.undo).toMatchObject({ command: found.undo.command });
    const damaged = await fingerprint(server, database);
    await undoAsPrinted(server, byText);
    await pipeAsPrinted(server, database, byText);
    expect(await fingerprint(server, database)).toEqual(damaged);
    await pipeAsPrinted(server, database, byText, '--flashback', '--guard');
    await server.sql('DELETE FROM other', database);
    expect(await fingerprint(server, database)).toEqual(before);
  },
);

eachServer('undoes a part of one, as selected', async ({ server, database }) => {
  await server.sql(tables, database);
  const before = await fingerprint(server, database);
  const file = await logged(
    server,
    "BEGIN; UPDATE orders SET status = 'lost'; DELETE FROM items; COMMIT; INSERT INTO items VALUES (99, 9);",
    database,
  );
  const select: Selection = { types: ['delete'] };
  await undoAsPrinted(server, await find([file], { select, sort: 'rows' }));
  const after = await fingerprint(server, database);
  expect(after[`${database}.orders`]).not.toEqual(before[`${database}.orders`]);
  await server.sql('DELETE FROM items WHERE id = 99', database);
  expect((await fingerprint(server, database))[`${database}.items`]).toEqual(before[`${database}.items`]);
  const where: Selection = { where: [`${database}.orders: before.@2 = "paid"`] };
  await undoAsPrinted(server, await find([file], { select: where }));
  expect(await server.sql('SELECT id, status FROM orders ORDER BY id', database)).toBe(
    '1\tlost\n2\tlost\n3\tpaid\n4\tpaid\n5\tpaid\n',
  );
});

eachServer(
  'finds XA transactions where they were committed, in the same file or a later one',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(tables, database);
    const before = await fingerprint(server, database);
    for (const between of [['UPDATE items SET orders = 7'], ['UPDATE items SET orders = 8', NEXT_FILE]]) {
      const { files } = await chapters(
        scene,
        "XA START 'x'; DELETE FROM orders; XA END 'x'; XA PREPARE 'x'",
        ...between,
        "XA COMMIT 'x'",
        'UPDATE items SET orders = id',
      );
      const found = await find(files, { sort: 'deleted' });
      expect(found.entries[0]).toMatchObject({
        delete: 5,
        state: 'committed',
        decided: { file: files.at(-1) },
      });
      await undoAsPrinted(server, found);
      const after = await fingerprint(server, database);
      expect(after[`${database}.orders`]).toEqual(before[`${database}.orders`]);
    }
  },
  { servers: serverIds.filter((id) => id !== 'mysql-5.6') },
);

eachServer('reads statements of any length, character set and intent', async ({ server, database }) => {
  await server.sql(tables, database);
  const long = 'x'.repeat(8000);
  const hostile = "\u001b[31mred\u0007 `; rm -rf / # $(reboot)\n' ";
  const texts = [
    `UPDATE orders SET note = '${long}' WHERE id = 1 AND 'needle at' <> ''`,
    `UPDATE orders SET note = 'M\u00fcller' WHERE id = 2`,
    `UPDATE orders SET note = '${hostile.replaceAll("'", "''")}' WHERE id = 3`,
  ];
  const file = await logged(
    server,
    Buffer.concat([
      Buffer.from(`${withTexts(server.id)}\nSET NAMES utf8;\n${texts[0]};\nSET NAMES latin1;\n`),
      Buffer.from(`${texts[1]};\n`, 'latin1'),
      Buffer.from(`SET NAMES utf8;\n${texts[2]};\n`),
    ]),
    database,
  );
  const { entries } = await find([file]);
  expect(entries.map(({ statement }) => statement)).toEqual([
    { text: texts[0]!.slice(0, 100), cut: true },
    { text: texts[1], cut: false },
    { text: texts[2], cut: false },
  ]);
  for (const [i, needle] of ['NEEDLE at', 'mÜLLER', '$(reboot)'].entries()) {
    const found = await find([file], { contains: needle });
    expect(found.entries).toEqual([entries[i]]);
    await undoAsPrinted(server, found);
  }
  expect(await server.sql('SELECT DISTINCT note FROM orders', database)).toBe('\n');
});

eachServer(
  'looks into compressed transactions and events',
  async ({ server, database }) => {
    await server.sql(tables, database);
    const before = await fingerprint(server, database);
    const compress =
      server.flavour === 'mysql'
        ? ['SET SESSION binlog_transaction_compression = ON;', '']
        : [
            'SET GLOBAL log_bin_compress = ON, GLOBAL log_bin_compress_min_len = 10;',
            'SET GLOBAL log_bin_compress = OFF;',
          ];
    const file = await logged(
      server,
      `${compress[0]} ${withTexts(server.id)}
       UPDATE items SET orders = orders + 1;
       BEGIN; DELETE FROM items; DELETE FROM orders WHERE status = 'paid'; COMMIT;
       INSERT INTO items VALUES (77, 7); ${compress[1]}`,
      database,
    );
    const found = await find([file], { contains: "status = 'paid'" });
    const statement = { text: "DELETE FROM orders WHERE status = 'paid'" };
    expect(found.entries).toMatchObject([{ delete: 9, statements: 2, statement }]);
    await undoAsPrinted(server, found);
    await server.sql('DELETE FROM items WHERE id = 77; UPDATE items SET orders = orders - 1', database);
    expect(await fingerprint(server, database)).toEqual(before);
  },
  { servers: serverIds.filter((id) => id !== 'mysql-5.6') },
);

eachServer('counts LOAD DATA as what it is', async ({ server, database }) => {
  await server.sql(tables, database);
  const before = await fingerprint(server, database);
  const data = join(server.binlogFolder, `${database}.tsv`);
  await writeFile(data, Array.from({ length: 3000 }, (_, i) => `${i + 100}\t${i}\n`).join(''), {
    mode: 0o644,
  });
  const file = await logged(
    server,
    `${withTexts(server.id)} LOAD DATA INFILE '${data}' INTO TABLE items;`,
    database,
  );
  const found = await find([file], { contains: 'load data', minRows: 3000 });
  expect(found.entries).toMatchObject([{ insert: 3000, rows: 3000, statements: 1 }]);
  await undoAsPrinted(server, found);
  expect(await fingerprint(server, database)).toEqual(before);
});
