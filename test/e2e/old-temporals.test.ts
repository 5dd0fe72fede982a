/** TIME, DATETIME and TIMESTAMP columns as MariaDB made them before 10.1, of which the log does not tell the precision. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { rewrite } from '../../src/index.ts';
import { TableDescriptions } from '../../src/tables/description.ts';
import { readSchema } from '../../src/tables/read-schema.ts';
import { eachServer, expectUndone, logged, type Scene } from './support.ts';

const DIGITS = [0, 1, 2, 3, 4, 5, 6];
/** TIMESTAMPs, whose seconds may be any number, leave more than one possibility where they stand beside each other. */
const FEW = [3];
const each = (column: (digits: number) => string, digits: readonly number[] = DIGITS): string =>
  digits.map(column).join(', ');

/** A table with every precision of each type. */
async function make({ server, database }: Scene, name: string, timestamps: readonly number[]): Promise<void> {
  await server.sql('SET GLOBAL mysql56_temporal_format = OFF');
  await server.sql(
    `CREATE TABLE ${name} (id INT PRIMARY KEY, v VARCHAR(30), ${each((n) => `t${n} TIME(${n})`)}, w TEXT,
       ${each((n) => `d${n} DATETIME(${n})`)}, x TEXT, ${each((n) => `s${n} TIMESTAMP(${n}) NULL DEFAULT NULL`, timestamps)}) ENGINE=InnoDB;
     SET GLOBAL mysql56_temporal_format = ON;
     ${[1, 2, 3].map((id) => row(name, id, timestamps)).join('\n')}`,
    database,
  );
}

function row(name: string, id: number, timestamps: readonly number[]): string {
  const fraction = `98${id}654`;
  const values = [
    ...DIGITS.map(() => `'-1${id}:59:58.${fraction}'`),
    "'between'",
    ...DIGITS.map(() => `'202${id}-11-21 23:59:5${id}.${fraction}'`),
    "'behind'",
    ...timestamps.map(() => `'200${id}-01-02 03:04:05.${fraction}'`),
  ];
  return `INSERT INTO ${name} VALUES (${id}, '${'v'.repeat(id)}', ${values.join()});`;
}

const damage = (name: string, timestamps: readonly number[]): string => `
  UPDATE ${name} SET t3 = '12:34:56.789', d6 = '1999-12-31 23:59:59.999999', s3 = NULL, w = NULL WHERE id < 3;
  ${row(name, 4, timestamps)}
  DELETE FROM ${name} WHERE id > 1;`;

const servers = ['mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'] as const;

eachServer(
  'a precision that all rows of a table agree with is found',
  async (scene) => {
    await make(scene, 'found', FEW);
    // SQL text would need the digits, of which there may be one more or less.
    await expectUndone(scene, damage('found', FEW), { bySql: { left: 'it needs the digits' } });
  },
  { servers },
);

eachServer(
  'one that a schema file tells is taken, for SQL text as well',
  async (scene) => {
    await make(scene, 'told', DIGITS);
    const file = join(dirname(scene.server.binlogFolder), 'told.sql');
    await writeFile(file, await scene.server.dump(['--no-data', scene.database]));
    const descriptions = new TableDescriptions({}, await readSchema(file));
    await expectUndone(scene, damage('told', DIGITS), { descriptions });
  },
  { servers },
);

eachServer(
  'one that rows leave open is asked for',
  async (scene) => {
    const { server, database } = scene;
    await server.sql('SET GLOBAL mysql56_temporal_format = OFF');
    await server.sql(
      'CREATE TABLE open (id INT, a TIMESTAMP(3) NULL, b TIMESTAMP NULL) ENGINE=InnoDB',
      database,
    );
    await server.sql('SET GLOBAL mysql56_temporal_format = ON');
    const file = await logged(server, 'INSERT INTO open VALUES (1, 0, 0)', database);
    const result = await rewrite({ inputs: [file] });
    expect(result.plan.refusals[0]).toMatchObject({ code: 'UNSUPPORTED', table: `${database}.open` });
    expect(result.plan.refusals[0]!.hint).toContain('.open=@2:3,@3:0');
  },
  { servers: ['mariadb-10.5'] },
);
