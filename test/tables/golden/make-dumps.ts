/**
 * Makes the dumps of this folder: from each server's own program, tables whose definitions tell more than the log does,
 * with their triggers. Run it with `npx tsx test/tables/golden/make-dumps.ts`.
 */
import { writeFile } from 'node:fs/promises';
import { type RunningServer, selectedServerIds, startServer } from '../../servers/index.ts';

const everywhere = `
  CREATE TABLE followed (id INT PRIMARY KEY, n INT,
    a TIMESTAMP NULL DEFAULT '2020-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP,
    b DATETIME(3) NULL ON UPDATE NOW(3) COMMENT 'a, ON UPDATE', c TIMESTAMP(6) NOT NULL DEFAULT LOCALTIME(6),
    d DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP);
  CREATE TABLE implied (id INT(7) ZEROFILL PRIMARY KEY, ts TIMESTAMP, n INT);
  CREATE TABLE child (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES followed (id) ON UPDATE SET NULL);
  CREATE TABLE journal (n INT);
  CREATE TABLE fired (id INT PRIMARY KEY, n INT);
  DELIMITER //
  CREATE TRIGGER plain AFTER INSERT ON fired FOR EACH ROW BEGIN INSERT INTO journal VALUES (NEW.n); END//
  CREATE TRIGGER facts.\`odd \`\`name\` BEFORE UPDATE ON facts.fired FOR EACH ROW SET NEW.n = NEW.n + 1//
  SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'//
  CREATE TRIGGER "quoted" BEFORE DELETE ON "journal" FOR EACH ROW SET @"a\\" = '\\'//
  DELIMITER ;
  SET sql_mode = '';
  CREATE VIEW seen AS SELECT id FROM fired;`;

const generated = `
  CREATE TABLE computed (id INT PRIMARY KEY, v INT AS (id * 2) VIRTUAL COMMENT 'AS (', n INT DEFAULT 5,
    s VARCHAR(40) GENERATED ALWAYS AS (CONCAT('x', n, ')', ',')) STORED, last_one INT INVISIBLE);`;

const mariadb = `
  CREATE TABLE versioned (id INT PRIMARY KEY, n INT) WITH SYSTEM VERSIONING;
  CREATE TABLE period (id INT, n INT WITHOUT SYSTEM VERSIONING, begins TIMESTAMP(6) GENERATED ALWAYS AS ROW START INVISIBLE,
    ends TIMESTAMP(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (begins, ends)) WITH SYSTEM VERSIONING;
  CREATE TABLE valid (id INT, from_ DATE, until_ DATE, PERIOD FOR validity (from_, until_));
  CREATE TABLE persistent (id INT, p INT AS (id + 1) PERSISTENT, b BLOB, UNIQUE (b));
  CREATE OR REPLACE TRIGGER IF_ BEFORE INSERT ON versioned FOR EACH ROW SET NEW.n = 1;`;

function options({ id }: RunningServer): string[] {
  if (id.startsWith('mariadb')) return [];
  // The dump program of MySQL 5.6 is a newer one.
  return id === 'mysql-5.6' ? ['--column-statistics=0', '--set-gtid-purged=OFF'] : ['--set-gtid-purged=OFF'];
}

for (const id of selectedServerIds()) {
  const server = await startServer(id);
  const parts = [
    everywhere,
    id === 'mysql-5.6' ? '' : generated,
    server.flavour === 'mariadb' ? mariadb : '',
  ];
  await server.sql('CREATE DATABASE facts DEFAULT CHARACTER SET utf8mb4');
  await server.sql(`SET sql_mode = '';${parts.join('')}`, 'facts');
  const dump = await server.dump([...options(server), '--no-data', '--skip-dump-date', 'facts']);
  await writeFile(new URL(`${id}.dump.sql`, import.meta.url), dump);
  await server.stop();
}
