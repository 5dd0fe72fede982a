import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, selectedServerIds, startServer } from './index.ts';
import { isListening } from './port.ts';
import { attachReplica, waitForReplica } from './replica.ts';

const ids = selectedServerIds();

describe.each(ids)('%s', (id) => {
  let server: RunningServer;

  beforeAll(async () => {
    server = await startServer(id);
  });
  afterAll(() => server?.stop());

  it('is of the version its id names', async () => {
    const [flavour, version] = id.split('-');
    expect(server.flavour).toBe(flavour);
    expect(server.version.startsWith(`${version}.`)).toBe(true);
    expect((await server.sql('SELECT VERSION()')).trim()).toBe(server.version);
    expect(await isListening(server.port)).toBe(true);
  });

  it('writes row events which its mysqlbinlog reads and its client replays', async () => {
    const { file, position } = await server.position();
    await server.sql(
      'CREATE DATABASE shop; CREATE TABLE shop.item (id INT PRIMARY KEY, name TEXT) CHARSET utf8mb4',
    );
    const created = await server.closeBinlog();
    expect(created).toBe(`${server.binlogFolder}/${file}`);
    await server.sql("INSERT INTO item VALUES (1, 'é€😀'), (2, '')", 'shop');
    const inserted = await server.closeBinlog();
    expect(await server.binlogs()).toEqual(expect.arrayContaining([created, inserted]));
    expect(position).toBeGreaterThan(4);

    const read = await server.mysqlbinlog(['--verbose', inserted]);
    expect(read).toMatchObject({ code: 0 });
    expect(read.stdout.toString()).toContain('### INSERT INTO `shop`.`item`');

    await server.sql('DELETE FROM shop.item');
    // With GTIDs, the default of newer MySQL only, the server would skip what it has executed before.
    const skipGtids = (await server.sql("SHOW VARIABLES LIKE 'gtid_mode'")).includes('ON')
      ? ['--skip-gtids']
      : [];
    await server.replay([...skipGtids, inserted]);
    expect(await server.sql('SELECT * FROM item ORDER BY id', 'shop')).toBe('1\té€😀\n2\t\n');
  });

  it('says which program failed and why', async () => {
    await expect(server.sql('SELECT nonsense')).rejects.toThrow(/Unknown column/);
    await expect(server.replay([`${server.binlogFolder}/none`])).rejects.toThrow(/mysqlbinlog ended with 1/);
    expect((await server.mysqlbinlog(['--no-such-option'])).code).not.toBe(0);
    await expect(startServer(id, { args: ['--no-such-option'] })).rejects.toThrow(/no-such-option/);
  });

  it('takes a row of 40 MB', async () => {
    await server.restart({ args: ['--max-allowed-packet=1G'] });
    await server.sql(
      "CREATE TABLE shop.big (data LONGBLOB); INSERT INTO shop.big VALUES (REPEAT('x', 41943040))",
    );
    expect(await server.sql('SELECT LENGTH(data) FROM shop.big')).toBe('41943040\n');
  });

  it('keeps its data over a restart with other options', async () => {
    await server.restart({ args: ['--binlog-checksum=NONE'] });
    expect(await server.sql('SELECT @@GLOBAL.binlog_checksum, COUNT(*) FROM shop.item')).toBe('NONE\t2\n');
    expect(await server.errorLog()).toContain('ready for connections');
  });

  it('leaves neither a process nor files when stopped', async () => {
    const { port, binlogFolder } = server;
    await server.stop();
    expect(await isListening(port)).toBe(false);
    expect(existsSync(dirname(binlogFolder))).toBe(false);
  });
});

describe.each(ids.filter((id) => id === 'mysql-9.7' || id === 'mariadb-11.8'))('a replica of %s', (id) => {
  it('follows its source', async () => {
    const servers = await Promise.all([startServer(id), startServer(id, { args: ['--server-id=2'] })]);
    const [source, replica] = servers;
    try {
      await source.sql('CREATE DATABASE shop; CREATE TABLE shop.item (id INT PRIMARY KEY)');
      await attachReplica(source, replica);
      await source.sql('INSERT INTO shop.item VALUES (1), (2)');
      await waitForReplica(source, replica);
      expect(await replica.sql('SELECT COUNT(*) FROM shop.item')).toBe('2\n');

      await replica.sql('DROP DATABASE shop');
      await source.sql('DELETE FROM shop.item');
      await expect(waitForReplica(source, replica)).rejects.toThrow(/does not reach/);
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  });
});
