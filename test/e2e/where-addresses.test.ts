/** Filters on MariaDB's addresses and identifiers, which only a schema file tells from binary strings. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { show } from '../../src/index.ts';
import { TableDescriptions } from '../../src/tables/description.ts';
import { readSchema } from '../../src/tables/read-schema.ts';
import { inFolder } from '../helpers.ts';
import { eachServer, logged } from './support.ts';

const TABLE = 'CREATE TABLE a (id INT PRIMARY KEY, i4 INET4, i6 INET6, u UUID) ENGINE=InnoDB';

eachServer(
  'addresses and identifiers are compared by value, however they are spelt',
  async ({ server, database }) => {
    await server.sql(TABLE, database);
    const file = await logged(
      server,
      `INSERT INTO a VALUES (1, '10.0.0.1', '::1', '3db14484-e59b-11f1-8063-02fc00000001'),
       (2, '10.0.0.2', '::ffff:10.0.0.1', '00000000-0000-0000-0000-000000000000'), (3, NULL, NULL, NULL)`,
      database,
    );
    const schema = await inFolder(async (folder) => {
      const path = join(folder, 'schema.sql');
      await writeFile(path, TABLE);
      return readSchema(path);
    });
    const ids = async (where: string): Promise<number[]> => {
      let text = '';
      await show({
        inputs: [file],
        format: 'json',
        select: { where: [where] },
        descriptions: new TableDescriptions({}, schema),
        write: async (piece) => {
          text += piece;
        },
      });
      return text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).after.id);
    };
    expect(await ids("i4 = '10.0.0.1'")).toEqual([1]);
    expect(await ids("i4 <> '10.0.0.1'")).toEqual([2]);
    expect(await ids("i6 = '::ffff:10.0.0.1'")).toEqual([2]);
    expect(await ids("u = '3db14484-e59b-11f1-8063-02fc00000001'")).toEqual([1]);
    expect(await ids('i4 IS NULL')).toEqual([3]);
    // Other spellings that the server takes are the same value.
    expect(await ids("i6 = '0:0::1'")).toEqual([1]);
    for (const address of ['10.0.0.1', '::ffff:a00:1', '::FFFF:10.0.0.1']) {
      expect(await ids(`i6 = '${address}'`)).toEqual([2]);
    }
    expect(await ids("u = '3DB14484E59B11F1806302FC00000001'")).toEqual([1]);
    for (const where of ["i4 = '10.0.1'", "i4 = '::1'", "i6 = '::1%eth0'", "u = '3db14484'"]) {
      await expect(ids(where)).rejects.toMatchObject({ code: 'USAGE' });
    }
  },
  { servers: ['mariadb-11.8'] },
);
