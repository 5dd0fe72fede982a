/** The classic: an UPDATE whose WHERE was forgotten, on a table of up to a million rows. */
import { expect } from 'vitest';
import type { ServerId } from '../servers/index.ts';
import { defaultPacket, eachServer, fingerprint, logged, undo } from './support.ts';

const THOUSAND = 1000;

/** Thousands of rows, of which the undo needs several packets of the server's default size: 64 MB on MySQL since 8.0. */
const thousandsFor = (id: ServerId): number => (id === 'mysql-9.7' ? 1000 : 250);

// Not logged, for the story begins when the table is there.
const setUp = (thousands: number): string => `
  SET sql_log_bin = 0;
  CREATE TABLE digits (n INT PRIMARY KEY) ENGINE=InnoDB;
  INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
  CREATE TABLE thousand (n INT PRIMARY KEY) ENGINE=InnoDB;
  INSERT INTO thousand SELECT a.n + 10 * b.n + 100 * c.n FROM digits a, digits b, digits c;
  CREATE TABLE orders (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, customer VARCHAR(30), status TINYINT, reference CHAR(20), price DECIMAL(10,2), changed DATETIME(3) NULL
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
  INSERT INTO orders
    SELECT a.n * 1000 + b.n + 1, IF(b.n = 7, NULL, CONCAT('customer ', a.n * b.n)), b.n % 100, CONCAT('reference ', LPAD(a.n * 1000 + b.n, 10, '0')), (a.n * 1000 + b.n) / 100,
      IF(b.n % 3 = 0, NULL, '2026-11-20 10:00:00.125')
    FROM thousand a, thousand b WHERE a.n < ${thousands};`;

const damage = `
  UPDATE orders SET customer = 'nobody', price = price + 1, changed = '2026-11-21 03:00:00';
  INSERT INTO orders VALUES (NULL, 'Ada', 1, 'r', 9.99, NULL), (NULL, 'Ольга', 2, NULL, 0.01, '2026-11-21 03:10:00.001');`;

eachServer('turns back very many rows', async ({ server, database }) => {
  const thousands = thousandsFor(server.id);
  const rows = thousands * THOUSAND;
  await server.sql(setUp(thousands), database);
  const before = await fingerprint(server, database);
  const file = await logged(server, damage, database);
  expect(await server.sql('SELECT COUNT(DISTINCT customer) FROM orders', database)).toBe('3\n');

  const { plan } = await undo(
    server,
    [file],
    { types: ['update'] },
    {
      bySql: {
        left: 'hundreds of thousands of statements; the next story has the same damage to three thousand rows',
      },
    },
  );

  expect(plan).toMatchObject({ rows, transactions: 1, leftOut: { transactions: 1, rows: 2 } });
  // In one piece it would not have fitted into any packet: 3 bytes are 4 of base64.
  expect((plan.bytes * 4) / 3).toBeGreaterThan(defaultPacket(server));
  // The orders that came in since are still there; without them all is as it was.
  const later = await server.sql(
    `SELECT customer, price FROM orders WHERE id > ${rows} ORDER BY id`,
    database,
  );
  expect(later).toBe('Ada\t9.99\nОльга\t0.01\n');
  await server.sql(`DELETE FROM orders WHERE id > ${rows}`, database);
  expect(await fingerprint(server, database)).toEqual(before);
});

eachServer('turns back three thousand rows, by SQL as well', async ({ server, database }) => {
  await server.sql(setUp(3), database);
  const before = await fingerprint(server, database);
  const file = await logged(server, damage, database);
  const { plan } = await undo(server, [file], { types: ['update'] });
  expect(plan.rows).toBe(3 * THOUSAND);
  await server.sql(`DELETE FROM orders WHERE id > ${3 * THOUSAND}`, database);
  expect(await fingerprint(server, database)).toEqual(before);
});
