/**
 * What foreign keys do on their own. MySQL 9.7 runs them in the SQL layer and logs every row, so all comes
 * back. The other servers run them inside InnoDB and log the parent alone: the undo of a parent's UPDATE makes
 * ON UPDATE CASCADE run backwards, and rows that other rules deleted or set to NULL stay as they are; the plan
 * names the parents.
 */
import { expect } from 'vitest';
import { serverIds } from '../servers/index.ts';
import type { BySql } from './by-sql.ts';
import { eachServer, expectUndone, fingerprint, logged, type Scene, undo } from './support.ts';

/** A table once the parent is undone: as before the damage, as the damage left it, or exactly these rows. */
type Outcome = 'back' | 'lost' | readonly string[];

interface Case {
  readonly tables: string;
  readonly damage: string;
  /** Tables that the plan must name where cascades are not logged. */
  readonly parents: readonly string[];
  /** Where cascades are not logged. */
  readonly outcome: Readonly<Record<string, Outcome>>;
  readonly bySql?: BySql;
}

const logsCascades = ({ server }: Scene): boolean => server.id === 'mysql-9.7';

const marriage = (rules: string, childKey: string): string => `
  CREATE TABLE p (id INT PRIMARY KEY, v VARCHAR(10)) ENGINE=InnoDB;
  CREATE TABLE c (${childKey}, p INT NULL, v VARCHAR(10), FOREIGN KEY (p) REFERENCES p (id) ${rules}) ENGINE=InnoDB;
  INSERT INTO p VALUES (1,'a'),(2,'b'),(3,'c'),(4,'d');
  INSERT INTO c VALUES (1,1,'x'),(2,1,'y'),(3,2,'z'),(4,3,'w'),(5,NULL,'n'),(6,1,'y')`;

const childKeys = { 'with a primary key': 'id INT PRIMARY KEY', 'without a primary key': 'id INT' };

const simple: Record<string, Pick<Case, 'damage' | 'outcome'> & { rules: string }> = {
  'ON DELETE CASCADE': {
    rules: 'ON DELETE CASCADE',
    damage: 'DELETE FROM p WHERE id < 3',
    outcome: { p: 'back', c: 'lost' },
  },
  'ON DELETE SET NULL': {
    rules: 'ON DELETE SET NULL',
    damage: 'DELETE FROM p WHERE id < 3',
    outcome: { p: 'back', c: 'lost' },
  },
  'ON UPDATE CASCADE': {
    rules: 'ON UPDATE CASCADE',
    damage: 'UPDATE p SET id = id + 10 WHERE id < 3',
    outcome: { p: 'back', c: 'back' },
  },
  'ON UPDATE CASCADE along a chain': {
    rules: 'ON UPDATE CASCADE',
    damage: 'UPDATE p SET id = id + 1 ORDER BY id DESC; UPDATE p SET id = id - 1 WHERE id < 4 ORDER BY id',
    outcome: { p: 'back', c: 'back' },
  },
  'ON UPDATE SET NULL': {
    rules: 'ON UPDATE SET NULL',
    damage: 'UPDATE p SET id = id + 10 WHERE id < 3',
    outcome: { p: 'back', c: 'lost' },
  },
  'a cascade amid changes of its own rows': {
    rules: 'ON UPDATE CASCADE ON DELETE SET NULL',
    damage: `BEGIN;
      UPDATE p SET id = 11 WHERE id = 1;
      UPDATE c SET v = 'q' WHERE p = 11;
      INSERT INTO c VALUES (9,11,'new');
      UPDATE p SET id = 12 WHERE id = 11;
      DELETE FROM c WHERE id IN (1,3);
      DELETE FROM p WHERE id = 2;
      COMMIT;
      UPDATE p SET id = id + 100 ORDER BY id DESC`,
    outcome: { p: 'back', c: 'back' },
  },
};

const three = `
  CREATE TABLE g (id INT PRIMARY KEY) ENGINE=InnoDB;
  CREATE TABLE p (id INT PRIMARY KEY, g INT,
    FOREIGN KEY (g) REFERENCES g (id) ON DELETE CASCADE ON UPDATE CASCADE) ENGINE=InnoDB;
  CREATE TABLE c (id INT PRIMARY KEY, p INT, g INT,
    FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE ON UPDATE CASCADE,
    FOREIGN KEY (g) REFERENCES g (id) ON DELETE SET NULL ON UPDATE CASCADE) ENGINE=InnoDB;
  INSERT INTO g VALUES (1),(2);
  INSERT INTO p VALUES (10,1),(11,1),(20,2);
  INSERT INTO c VALUES (100,10,1),(101,10,2),(102,11,1),(200,20,1),(201,20,2)`;

const staff = (rule: string): string => `
  CREATE TABLE e (id INT PRIMARY KEY, boss INT NULL, FOREIGN KEY (boss) REFERENCES e (id) ${rule}) ENGINE=InnoDB;
  INSERT INTO e VALUES (1,NULL),(2,1),(3,1),(4,2),(5,4),(6,NULL),(7,7)`;

const cases: Record<string, Case> = {
  'a two-level ON DELETE CASCADE': {
    tables: three,
    damage: 'DELETE FROM g WHERE id = 1',
    parents: ['g'],
    outcome: { g: 'back', p: 'lost', c: 'lost' },
  },
  'a two-level ON UPDATE CASCADE': {
    tables: three,
    damage: 'UPDATE g SET id = 5 WHERE id = 1; UPDATE p SET id = id + 5',
    parents: ['g', 'p'],
    outcome: { g: 'back', p: 'back', c: 'back' },
  },
  'a table that refers to itself, ON DELETE CASCADE': {
    tables: staff('ON DELETE CASCADE'),
    damage: 'DELETE FROM e WHERE id = 1; DELETE FROM e WHERE id = 7',
    parents: ['e'],
    outcome: { e: ['1\tNULL', '6\tNULL', '7\t7'] },
  },
  'a table that refers to itself, ON DELETE SET NULL': {
    tables: staff('ON DELETE SET NULL'),
    damage: 'DELETE FROM e WHERE id = 1; DELETE FROM e WHERE id = 7',
    parents: ['e'],
    outcome: { e: ['1\tNULL', '2\tNULL', '3\tNULL', '4\t2', '5\t4', '6\tNULL', '7\t7'] },
    bySql: {
      noGuard: 'a row that refers to itself is logged as deleted with what its cascade has set to NULL',
    },
  },
  'a table that refers to itself, without a rule': {
    tables: staff(''),
    damage: 'BEGIN; UPDATE e SET boss = 6 WHERE id = 3; DELETE FROM e WHERE id < 6 ORDER BY id DESC; COMMIT',
    parents: ['e'],
    outcome: { e: 'back' },
  },
  'two keys of a child without a primary key refer to one parent': {
    tables: `
      CREATE TABLE p (id INT PRIMARY KEY) ENGINE=InnoDB;
      CREATE TABLE c (a INT, b INT, FOREIGN KEY (a) REFERENCES p (id) ON UPDATE CASCADE,
        FOREIGN KEY (b) REFERENCES p (id) ON UPDATE CASCADE) ENGINE=InnoDB;
      INSERT INTO p VALUES (1),(2);
      INSERT INTO c VALUES (1,1),(1,1),(2,1),(1,2)`,
    damage: 'UPDATE p SET id = id + 5; UPDATE p SET id = id - 1 ORDER BY id',
    parents: ['p'],
    outcome: { p: 'back', c: 'back' },
  },
  // No server runs the child's triggers for a cascade.
  'a child with a trigger': {
    tables: `${marriage('ON DELETE CASCADE', 'id INT PRIMARY KEY')};
      CREATE TABLE log (id INT) ENGINE=InnoDB;
      CREATE TRIGGER note AFTER DELETE ON c FOR EACH ROW INSERT INTO log VALUES (OLD.id)`,
    damage: 'DELETE FROM p WHERE id = 1; DELETE FROM c WHERE id = 3',
    parents: ['p'],
    outcome: { p: 'back', c: ['3\t2\tz', '4\t3\tw', '5\tNULL\tn'], log: 'back' },
    bySql: { refused: ['UNSUPPORTED', 'the table has the trigger note, which SQL fires'] },
  },
  'changes made with foreign_key_checks=0': {
    tables: marriage('ON DELETE CASCADE', 'id INT PRIMARY KEY'),
    damage: `SET foreign_key_checks = 0;
      DELETE FROM p WHERE id = 1;
      INSERT INTO c VALUES (7,77,'orphan');
      UPDATE c SET p = 88 WHERE id = 3;
      UPDATE p SET id = 33 WHERE id = 3`,
    parents: ['p'],
    outcome: { p: 'back', c: 'back' },
  },
};
for (const [childKind, key] of Object.entries(childKeys)) {
  for (const [name, { rules, damage, outcome }] of Object.entries(simple)) {
    cases[`${name}, child ${childKind}`] = {
      tables: marriage(rules, key),
      damage,
      parents: ['p'],
      outcome,
    };
  }
}

for (const [name, { tables, damage, parents, outcome, bySql }] of Object.entries(cases)) {
  eachServer(name, async (scene) => {
    const { server, database } = scene;
    await server.sql(tables, database);
    if (logsCascades(scene)) {
      const { plan } = await expectUndone(scene, damage, { bySql });
      expect(plan.warnings).toEqual([]);
      return;
    }
    const before = await fingerprint(server, database);
    const file = await logged(server, damage, database);
    const after = await fingerprint(server, database);
    const { plan } = await undo(server, [file], {}, { bySql });
    expect(plan.warnings).toHaveLength(1);
    expect(plan.warnings[0]).toContain(`server ${server.version}`);
    const named = plan.warnings[0]!.replace(/.*the children of /, '').split(', ');
    const wanted = parents.map((table) => `${database}.${table}`);
    // MySQL 5.6 marks the tables that are referred to; MariaDB marks none, so all changed ones are named.
    if (server.flavour === 'mysql') expect(named.sort()).toEqual(wanted);
    else expect(named).toEqual(expect.arrayContaining(wanted));
    const undone = await fingerprint(server, database);
    for (const [table, expected] of Object.entries(outcome)) {
      const full = `${database}.${table}`;
      if (expected === 'back') expect(undone[full], `${table} is back`).toEqual(before[full]);
      else if (expected === 'lost') {
        expect(after[full], `${table} was damaged`).not.toEqual(before[full]);
        expect(undone[full], `${table} stays as it was left`).toEqual(after[full]);
      } else {
        const rows = await server.sql(`SELECT * FROM ${table} ORDER BY id`, database);
        expect(rows.trimEnd().split('\n')).toEqual(expected);
      }
    }
    expect(Object.keys(undone).sort()).toEqual(
      Object.keys(outcome)
        .map((table) => `${database}.${table}`)
        .sort(),
    );
  });
}

eachServer('parent and child in two databases', async (scene) => {
  const { server, database } = scene;
  const other = `${database}_other`;
  await server.sql(
    `${marriage('', 'id INT PRIMARY KEY')};
     CREATE DATABASE ${other};
     CREATE TABLE ${other}.c (id INT PRIMARY KEY, p INT,
       FOREIGN KEY (p) REFERENCES ${database}.p (id) ON DELETE CASCADE) ENGINE=InnoDB;
     INSERT INTO ${other}.c VALUES (1,4),(2,4)`,
    database,
  );
  const before = await fingerprint(server, [database, other]);
  const file = await logged(server, 'DELETE FROM p WHERE id = 4', database);
  const { plan } = await undo(server, [file]);
  const after = await fingerprint(server, [database, other]);
  const orphaned = before[`${other}.c`]!;
  if (logsCascades(scene)) expect(after).toEqual(before);
  else {
    expect(plan.warnings[0]).toContain(`${database}.p`);
    expect(after).toEqual({
      ...before,
      [`${other}.c`]: { ...orphaned, checksum: '0', count: 0, rows: [] },
    });
  }
});

// Each of the two tables refers to the other. MySQL 9.7 stops a cascade where it comes back to its beginning.
eachServer('two tables that refer to each other', async (scene) => {
  const { server, database } = scene;
  await server.sql(
    `CREATE TABLE a (id INT PRIMARY KEY, b INT) ENGINE=InnoDB;
     CREATE TABLE b (id INT PRIMARY KEY, a INT, FOREIGN KEY (a) REFERENCES a (id) ON DELETE CASCADE) ENGINE=InnoDB;
     INSERT INTO a VALUES (1,1),(2,2);
     INSERT INTO b VALUES (1,2),(2,1);
     ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b (id) ON DELETE CASCADE`,
    database,
  );
  const damage = 'DELETE FROM a WHERE id = 1';
  if (logsCascades(scene)) {
    await expectUndone(scene, damage);
    return;
  }
  // The row that the deleted one referred to is gone as well, and not in the log: the server refuses the undo.
  const file = await logged(server, damage, database);
  const after = await fingerprint(server, database);
  await expect(undo(server, [file])).rejects.toThrow('ERROR 1452');
  expect(await fingerprint(server, database)).toEqual(after);
});

eachServer('a selection that takes the parent and leaves its children', async (scene) => {
  const { server, database } = scene;
  await server.sql(marriage('', 'id INT PRIMARY KEY'), database);
  const file = await logged(
    server,
    `INSERT INTO p VALUES (7,'new'); INSERT INTO c VALUES (7,7,'child')`,
    database,
  );
  const after = await fingerprint(server, database);
  const select = { tables: [`${database}.p`] };
  if (logsCascades(scene)) {
    const { plan } = await undo(server, [file], select);
    expect(plan.warnings).toHaveLength(1);
    expect(plan.warnings[0]).toContain('without foreign key checks');
    expect(plan.warnings[0]).toContain(`${database}.p`);
    expect(await server.sql('SELECT * FROM c WHERE p NOT IN (SELECT id FROM p)', database)).toBe(
      '7\t7\tchild\n',
    );
  } else {
    await expect(undo(server, [file], select)).rejects.toThrow('ERROR 1451');
    expect(await fingerprint(server, database)).toEqual(after);
  }
});

// With cascades inside InnoDB, the undo of an INSERT runs them: the plan must say so.
eachServer(
  'a selection whose undo cascades',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(marriage('ON DELETE CASCADE', 'id INT PRIMARY KEY'), database);
    const before = await fingerprint(server, database);
    const file = await logged(
      server,
      `INSERT INTO p VALUES (7,'new'); INSERT INTO c VALUES (7,7,'child')`,
      database,
    );
    const noRedo = 'rows that the undo’s cascade deleted are not selected';
    const { plan } = await undo(server, [file], { tables: [`${database}.p`] }, { bySql: { noRedo } });
    expect(plan.warnings).toHaveLength(1);
    expect(plan.warnings[0]).toContain(`check the children of ${database}.p`);
    expect(await fingerprint(server, database)).toEqual(before);
  },
  { servers: serverIds.filter((id) => id !== 'mysql-9.7') },
);

// Only MySQL 9.6 and later have the choice.
eachServer(
  'MySQL 9.7 with the foreign keys of InnoDB',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `${marriage('ON DELETE CASCADE ON UPDATE CASCADE', 'id INT PRIMARY KEY')};
       CREATE TABLE alone (id INT PRIMARY KEY) ENGINE=InnoDB; INSERT INTO alone VALUES (1)`,
      database,
    );
    const before = await fingerprint(server, database);
    const file = await logged(
      server,
      'DELETE FROM p WHERE id = 1; UPDATE p SET id = id + 10; DELETE FROM alone',
      database,
    );
    const { plan } = await undo(server, [file]);
    expect(plan.warnings).toHaveLength(1);
    expect(plan.warnings[0]).toMatch(new RegExp(`check the children of ${database}\\.p$`));
    const after = await fingerprint(server, database);
    expect(after[`${database}.p`]).toEqual(before[`${database}.p`]);
    expect(after[`${database}.alone`]).toEqual(before[`${database}.alone`]);
    expect(await server.sql('SELECT * FROM c ORDER BY id', database)).toBe('3\t2\tz\n4\t3\tw\n5\tNULL\tn\n');
  },
  { servers: ['mysql-9.7'], args: ['--innodb-native-foreign-keys=ON'] },
);
