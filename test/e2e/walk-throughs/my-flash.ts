/** MyFlash's own test cases, by the binlog that `rewrite` makes, as MyFlash does, and by SQL. */
import { basename } from 'node:path';
import { expect } from 'vitest';
import { logged, type Scene } from '../support.ts';
import { checksum, openDesk, rows, walkThrough } from './desk.ts';

const table = `
  CREATE TABLE testFlashback2 (
    id int(11) NOT NULL AUTO_INCREMENT,
    nameShort varchar(20) DEFAULT NULL, nameLong varchar(260) DEFAULT NULL,
    amount decimal(19,9) DEFAULT NULL, amountFloat float DEFAULT NULL, amountDouble double DEFAULT NULL,
    createDatetime6 datetime(6) DEFAULT NULL, createDatetime datetime DEFAULT NULL,
    createTimestamp timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    nameText text, nameBlob blob, nameMedium mediumtext,
    PRIMARY KEY (id)
  ) ENGINE=InnoDB`;

const insert = (amount: string): string => `
  INSERT INTO testFlashback2 (nameShort, nameLong, amount, amountFloat, amountDouble, createDatetime6, createDatetime, createTimestamp, nameText, nameBlob, nameMedium)
    VALUES ('aaa', REPEAT('b', 205), ${amount}, 10.6, 10.7, '2017-10-26 10:00:00', '2017-10-26 10:00:00', '2017-10-26 10:00:00', 'cccc', 'dddd', 'eee');`;

const cases: readonly { readonly what: string; readonly setUp: string; readonly damage: string }[] = [
  { what: 'inserts', setUp: '', damage: insert('10.5') + insert('10.5') },
  { what: 'a delete', setUp: insert('10.5'), damage: 'DELETE FROM testFlashback2' },
  { what: 'an update', setUp: insert('10.111'), damage: 'UPDATE testFlashback2 SET amount = 10.222' },
  {
    what: 'an update of a thousand rows',
    setUp: `${insert('10.111')} ${'INSERT INTO testFlashback2 (nameShort, nameLong, amount) SELECT nameShort, nameLong, amount FROM testFlashback2;'.repeat(11)}`,
    damage: "UPDATE testFlashback2 SET nameShort = 'wangguangyou' ORDER BY id LIMIT 1000",
  },
];

/** Undoes a damage by a command, on a table of its own. */
async function undoneBy(
  { server, database }: Scene,
  command: (file: string) => string,
  replay: 'binlog' | 'sql',
): Promise<void> {
  for (const { what, setUp, damage } of cases) {
    await server.sql(`SET sql_mode = ''; DROP TABLE IF EXISTS testFlashback2; ${table}; ${setUp}`, database);
    const before = await checksum(server, 'testFlashback2', database);
    const log = await logged(server, damage, database);
    expect(await checksum(server, 'testFlashback2', database), what).not.toBe(before);
    const desk = await openDesk(server, database, [log]);
    const { stderr } = await desk.run(command(basename(log)));
    if (replay === 'binlog') await desk.replay(stderr);
    else await desk.load('undo.sql');
    expect(await checksum(server, 'testFlashback2', database), what).toBe(before);
  }
}

export function myFlash(): void {
  walkThrough('MyFlash: its test cases, as a binlog', (scene) =>
    undoneBy(scene, (file) => `binflash rewrite ${file} -o undo.binlog`, 'binlog'),
  );

  walkThrough('MyFlash: its test cases, as SQL', (scene) =>
    undoneBy(scene, (file) => `binflash sql ${file} --schema schema.sql --flashback -o undo.sql`, 'sql'),
  );

  walkThrough('MyFlash: the inserts of a file, and an undo that is cut', async ({ server, database }) => {
    await server.sql(`SET sql_mode = ''; ${table}; ${insert('1')}`, database);
    const kept = 'SELECT id, amount FROM testFlashback2 ORDER BY id';
    const many = `${insert('2')} INSERT INTO testFlashback2 (nameBlob) VALUES (REPEAT('x', 60000));`.repeat(
      30,
    );
    const log = await logged(server, `${many} UPDATE testFlashback2 SET amount = 3 WHERE id = 1`, database);
    const desk = await openDesk(server, database, [log]);
    const { stderr } = await desk.run(
      `binflash rewrite ${basename(log)} --type insert --max-file-size 1M -o undo.binlog`,
    );
    const parts = (await desk.run('ls undo.binlog.*')).stdout.trim().split('\n');
    expect(parts).toEqual(['undo.binlog.000001', 'undo.binlog.000002']);
    expect(stderr).toContain(parts.join(' '));
    for (const part of parts) await desk.replay(`Replay with:\n  mysqlbinlog ${part} | mysql --binary-mode`);
    expect(await rows(server, kept, database)).toEqual(['1\t3.000000000']);
  });
}
