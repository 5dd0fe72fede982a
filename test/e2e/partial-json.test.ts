/** JSON documents that MySQL logs as differences (`binlog_row_value_options=PARTIAL_JSON`). */
import { expect } from 'vitest';
import { inspect, rewrite, type ShowFormat, show } from '../../src/index.ts';
import { eachServer, expectUndone, fingerprint, logged, undo } from './support.ts';

const mysql = { servers: ['mysql-9.7'] } as const;

const documents = `
  (1, '{"x": 1, "list": [1, 2, {"y": null}], "text": "some longer text", "big": 18446744073709551615}', 'a', '[]'),
  (2, NULL, 'b', '{"k": 1.5}'), (3, '[true, false, "s", 1e300]', 'c', NULL), (4, '"scalar"', 'd', '{}'),
  (5, '{"x": 1, "list": [1, 2, {"y": null}], "text": "some longer text"}', 'a', '[]'),
  (6, '{"x": 1, "list": [1, 2, {"y": null}], "text": "some longer text"}', 'a', '[]')`;

/** The same table with every kind of key, and with none. */
const keys = {
  'a primary key': 'PRIMARY KEY (id)',
  'a unique key': 'UNIQUE KEY (id)',
  'a key that is not unique': 'KEY (v)',
  'no key': 'CHECK (id > 0)',
};

const partial = "SET SESSION binlog_row_value_options = 'PARTIAL_JSON';";
const changes = `
  UPDATE d SET a = JSON_SET(a, '$.x', 99, '$.text', 'short'), v = CONCAT(v, '!');
  UPDATE d SET a = JSON_SET(a, '$.text', REPEAT('grown ', 50), '$.new', JSON_OBJECT('deep', JSON_ARRAY(1, 2))) WHERE id < 6;
  UPDATE d SET a = JSON_REMOVE(a, '$.list[1]'), b = JSON_SET(b, '$.k', CAST(2.25 AS DECIMAL(10, 2))) WHERE id IN (1, 2);
  BEGIN; UPDATE d SET a = JSON_ARRAY_INSERT(a, '$.list[0]', 'first') WHERE id = 5; UPDATE d SET a = NULL WHERE id = 6;
  UPDATE d SET a = JSON_REPLACE(a, '$[3]', CAST('2026-11-21 03:00:00.123456' AS DATETIME(6))) WHERE id = 3; COMMIT;
  UPDATE d SET b = JSON_SET(JSON_REMOVE(a, '$.x'), '$.copy', a) WHERE id = 1; DELETE FROM d WHERE id = 5;
  UPDATE d SET v = 'other column'; UPDATE d SET a = JSON_SET(a, '$.x', 'ü日本😀') LIMIT 2;`;

for (const [name, key] of Object.entries(keys)) {
  eachServer(
    `partial updates of a table with ${name}`,
    async (scene) => {
      const { server, database } = scene;
      await server.sql(
        `CREATE TABLE d (id INT NOT NULL, a JSON, v VARCHAR(100), b JSON, ${key}) ENGINE=InnoDB;
         INSERT INTO d VALUES ${documents}`,
        database,
      );
      for (const packed of ['OFF', 'ON']) {
        const result = await expectUndone(
          scene,
          `SET SESSION binlog_transaction_compression = ${packed}; ${partial} ${changes}`,
        );
        const [file] = (await inspect([result.plan.index.files[0]!.path])).files;
        expect(file!.events.PARTIAL_UPDATE_ROWS).toBeGreaterThan(5);
        // What replays an undo may log it in any way; the undo of that brings the changes again.
        const changed = await logged(server, `${partial} ${changes}`, database);
        const after = await fingerprint(server, database);
        await server.closeBinlog();
        await undo(server, [changed]);
        await undo(server, [await server.closeBinlog()]);
        expect(await fingerprint(server, database)).toEqual(after);
        await undo(server, [changed]);
      }
    },
    mysql,
  );
}

eachServer(
  'rows that look alike are told apart by their documents',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `CREATE TABLE d (n INT, a JSON) ENGINE=InnoDB;
       INSERT INTO d VALUES (1, '{"v": 1, "w": "x"}'), (1, '{"v": 2, "w": "x"}'), (1, '{"v": 3, "w": "x"}')`,
      database,
    );
    // Without the document, any of the rows would do to turn this back.
    await expectUndone(
      scene,
      `${partial} UPDATE d SET a = JSON_SET(a, '$.w', 'y') WHERE JSON_EXTRACT(a, '$.v') = 2`,
    );
    await expectUndone(scene, `${partial} UPDATE d SET a = JSON_SET(a, '$.v', JSON_EXTRACT(a, '$.v') + 1)`);
  },
  mysql,
);

eachServer(
  'partial updates under partial row images are undone or refused by column',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `CREATE TABLE d (id INT PRIMARY KEY, a JSON, b BLOB) ENGINE=InnoDB; CREATE TABLE bag LIKE d;
       ALTER TABLE bag DROP PRIMARY KEY; INSERT INTO d VALUES (1, '{"x": 1}', 'b'); INSERT INTO bag SELECT * FROM d`,
      database,
    );
    const set = (image: string, table: string): string =>
      `${partial} SET SESSION binlog_row_image = ${image}; UPDATE ${table} SET a = JSON_SET(a, '$.x', 2)`;
    await expectUndone(scene, set('NOBLOB', 'd'));
    await expectUndone(scene, set('NOBLOB', 'bag'));
    await expectUndone(scene, set('MINIMAL', 'bag'));
    const file = await logged(server, set('MINIMAL', 'd'), database);
    await expect(rewrite({ inputs: [file], output: `${file}.undo` })).rejects.toMatchObject({
      code: 'ROW_IMAGE',
      eventType: 'PARTIAL_UPDATE_ROWS',
      table: `${database}.d`,
      message: expect.stringContaining('@2'),
    });
  },
  mysql,
);

eachServer(
  'differences to a document that a minimal image does not hold are shown as such, and all else is',
  async ({ server, database }) => {
    await server.sql(
      `CREATE TABLE d (id INT PRIMARY KEY, n INT, a JSON) ENGINE=InnoDB;
       INSERT INTO d VALUES (1, 1, '{"v": 1, "w": "x"}')`,
      database,
    );
    const file = await logged(
      server,
      `SET SESSION binlog_row_image = 'MINIMAL'; ${partial}
       UPDATE d SET a = JSON_SET(a, '$.v', 2); UPDATE d SET n = 2;`,
      database,
    );
    const shown = async (format: ShowFormat, where?: readonly string[]): Promise<string> => {
      let text = '';
      const write = async (piece: string | Uint8Array): Promise<void> => {
        text += typeof piece === 'string' ? piece : Buffer.from(piece).toString();
      };
      await show({ inputs: [file], format, select: { where }, write });
      return text;
    };
    expect(await shown('text')).toMatch(/@3=\? → \(differences alone .*@2=\? → 2\n/s);
    const [first, second] = (await shown('json'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({ before: { '@1': 1 }, after: {}, changed: ['@3'] });
    expect(second).toMatchObject({ after: { '@2': 2 }, changed: ['@2'] });
    expect(await shown('sql')).toContain("JSON_REPLACE(@3, '$.v', 2)");
    expect(await shown('json', ['@1 = 1'])).toMatch(/^.*\n.*\n$/);
    await expect(shown('json', ["@3 like '%2%'"])).rejects.toMatchObject({
      code: 'ROW_IMAGE',
      offset: first.offset,
    });
  },
  mysql,
);
