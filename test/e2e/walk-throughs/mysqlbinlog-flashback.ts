/**
 * The published test of mysqlbinlog_flashback: a phone number for everybody by mistake, and a fifth user who came
 * before the mistake was undone.
 */
import { basename } from 'node:path';
import { expect } from 'vitest';
import { eachServer, fingerprint, logged } from '../support.ts';
import { changes, firstListed, openDesk, rows } from './desk.ts';

const table = `
  SET sql_mode = '';
  CREATE TABLE user (
    id bigint(20) unsigned NOT NULL DEFAULT '0' COMMENT 'UID 标志符',
    username varchar(64) DEFAULT NULL,
    email varchar(128) DEFAULT NULL,
    cell_phone bigint(11) DEFAULT NULL COMMENT '手机',
    password char(32) NOT NULL,
    school_code bigint(20) unsigned DEFAULT NULL,
    register_time timestamp NOT NULL DEFAULT '0000-00-00 00:00:00',
    usertype int(5) NOT NULL DEFAULT '1',
    state tinyint(4) NOT NULL DEFAULT '1',
    PRIMARY KEY (id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8`;

const user = (id: number, name: string, phone: number, school: number): string =>
  `INSERT INTO user VALUES (${id}, '${name}', '${name}@123.com', '${phone}', 'hahaha', ${school}, CURRENT_TIMESTAMP, 1, 2);`;

const four =
  user(1, 'apple', 12233334444, 123) +
  user(2, 'pple', 12233334445, 124) +
  user(3, 'ple', 12233334446, 125) +
  user(4, 'le', 12233334447, 126);
const mistake = 'UPDATE user SET cell_phone=15811111111;';
const fifth = user(5, 'e', 12233334448, 127);

const columns = 'id username email cell_phone password school_code register_time usertype state'.split(' ');

export function mysqlbinlogFlashback(): void {
  eachServer(
    'mysqlbinlog_flashback: undoes one wrong update, and the row that came later stays',
    async ({ server, database }) => {
      await server.sql(table, database);
      const log = await logged(server, `${four} ${mistake} ${fifth}`, database);
      const phones = (): Promise<string[]> =>
        rows(server, 'SELECT id, cell_phone FROM user ORDER BY id', database);
      expect(await phones()).toEqual([...[1, 2, 3, 4].map((id) => `${id}\t15811111111`), '5\t12233334448']);
      const others =
        'SELECT id, username, email, password, school_code, register_time, usertype, state FROM user';
      const unchanged = await server.sql(others, database);

      const desk = await openDesk(server, database, [log]);
      const bin = basename(log);
      const found = await desk.run(`binflash transactions ${bin} -T ${database}.user --sort updated --top 1`);
      const { start, stop } = firstListed(found.stdout);
      const selection = `${bin} --schema schema.sql --start-position ${start} --stop-position ${stop}`;
      await desk.run(`binflash sql ${selection} --flashback -o u.sql`);

      // "--skip_delete --skip_insert" finds the same statements, and so does who cuts them out of all.
      const all = `binflash sql ${bin} --schema schema.sql --flashback`;
      await desk.run(`${all} --type update -o kinds.sql`);
      await desk.run(`${all} --text-literals hex -o all.sql`);
      await desk.run(`grep -E '^(SET|UPDATE) ' all.sql > cut.sql`);
      const undo = await desk.text('u.sql');
      expect(changes(undo)).toEqual(Array(4).fill('UPDATE'));
      expect(changes(await desk.text('kinds.sql'))).toEqual(changes(undo));

      // The client's character set is the one of the published test.
      await server.print(['--default-character-set=utf8'], undo, database);
      const restored = [...[4, 5, 6, 7].map((digit, i) => `${i + 1}\t1223333444${digit}`), '5\t12233334448'];
      expect(await phones()).toEqual(restored);
      expect(await server.sql(others, database)).toBe(unchanged);

      await server.sql(mistake.replace(';', ' WHERE id < 5'), database);
      await desk.load('cut.sql');
      expect(await phones()).toEqual(restored);
      expect(await server.sql(others, database)).toBe(unchanged);
    },
  );

  eachServer(
    'mysqlbinlog_flashback: fills the tables of old and new values, and counts',
    async ({ server, database }) => {
      await server.sql(table, database);
      const log = await logged(server, `${four} ${mistake}`, database);
      const desk = await openDesk(server, database, [log]);
      const bin = basename(log);
      const counted = await desk.run(
        `binflash sql ${bin} --schema schema.sql -T ${database}.user --time-zone UTC --no-add-schema-name --audit -o audit.sql`,
      );
      // As they were made; mysqlbinlog_flashback says 4 deletes and 4 updates, of its undo.
      expect(counted.stderr).toContain(`${database}.user: 4 inserts, 4 updates\n`);

      const audit = `${database}_audit`;
      await server.sql(`CREATE DATABASE ${audit} DEFAULT CHARACTER SET utf8mb4`);
      await desk.load('audit.sql', audit);

      const named = `SELECT column_name FROM information_schema.columns
        WHERE table_schema = '${audit}' AND table_name = '_user_keep_data_' ORDER BY ordinal_position`;
      const names = await rows(server, named, audit);
      const known = [
        'op',
        'op_datetime',
        ...columns.map((c) => `bfr_${c}`),
        ...columns.map((c) => `aft_${c}`),
      ];
      expect(names.slice(0, known.length)).toEqual(known);

      const kept = await rows(
        server,
        `SELECT op, bfr_id, bfr_username, bfr_cell_phone, aft_id, aft_username, aft_cell_phone FROM _user_keep_data_
           ORDER BY op, COALESCE(bfr_id, aft_id)`,
        audit,
      );
      const users = ['apple', 'pple', 'ple', 'le'];
      expect(kept).toEqual([
        ...users.map((name, i) => `insert\tNULL\tNULL\tNULL\t${i + 1}\t${name}\t1223333444${i + 4}`),
        ...users.map(
          (name, i) => `update\t${i + 1}\t${name}\t1223333444${i + 4}\t${i + 1}\t${name}\t15811111111`,
        ),
      ]);
      // Whole rows: the after images of the updates are the table as it is now.
      const images = columns.map((column) => `aft_${column} AS ${column}`).join(', ');
      const same = `SELECT COUNT(*) FROM (SELECT ${images} FROM ${audit}._user_keep_data_ WHERE op = 'update') a
        JOIN ${database}.user u ON ${columns.map((column) => `a.${column} = u.${column}`).join(' AND ')}`;
      expect(await rows(server, same, database)).toEqual(['4']);
      const times = `SET time_zone = '+00:00';
        SELECT COUNT(*) FROM _user_keep_data_ WHERE op = 'insert' AND op_datetime = aft_register_time`;
      expect(await rows(server, times, audit)).toEqual(['4']);

      // A row that was deleted has its old values alone; the tables of a later log are the same.
      const later = await logged(server, 'DELETE FROM user WHERE id = 4', database);
      const second = await openDesk(server, database, [later]);
      await second.run(
        `binflash sql ${basename(later)} --schema schema.sql --no-add-schema-name --audit -o audit.sql`,
      );
      await second.load('audit.sql', audit);
      const deleted = `SELECT bfr_id, bfr_username, bfr_cell_phone, COALESCE(${columns.map((column) => `aft_${column}`).join(', ')})
        FROM _user_keep_data_ WHERE op = 'delete'`;
      expect(await rows(server, deleted, audit)).toEqual(['4\tle\t15811111111\tNULL']);
      expect(Object.keys(await fingerprint(server, audit))).toEqual([`${audit}._user_keep_data_`]);
    },
  );
}
