/**
 * Random transactions, undone completely, and the undo undone. BINFLASH_FUZZ_SEED repeats a run with the seed
 * that its name tells; the last round is concurrent and repeats the statements, not their order.
 */
import { type Connection, createConnection } from 'mysql2/promise';
import { expect } from 'vitest';
import type { ChecksumAlgorithm } from '../../src/index.ts';
import type { RunningServer } from '../servers/index.ts';
import { type Dialect, Random, schema, transaction } from './fuzz-workload.ts';
import { eachServer, fingerprint, type Scene, type UndoOptions, undo } from './support.ts';

const seed = Number(process.env.BINFLASH_FUZZ_SEED ?? Date.now() % 2 ** 31);

const rounds = 8;
const transactionsInRound = 120;
/** In the last round so many connections share the transactions. */
const connections = 3;

/** What random statements may run into; anything else is a mistake of the workload. */
const expectedErrors = new Set([
  1062, // duplicate key
  1205, // lock wait timeout
  1451, // a child row is in the way
  1452, // there is no such parent row
  1785, // MySQL with GTIDs: two engines in one transaction
]);
/** These end the transaction. */
const endingErrors = new Set([
  1020, // MariaDB 11.8: the row has changed since the snapshot
  1213, // deadlock
]);

eachServer(`a random workload of seed ${seed} is undone, and its undo as well`, async (scene) => {
  const { server, database } = scene;
  const dialect: Dialect = {
    logsCascades: server.id === 'mysql-9.7',
    keepsSavepoints: server.flavour === 'mariadb',
  };
  const random = new Random(seed);
  await server.sql(schema(dialect), database);
  const open = await Promise.all(Array.from({ length: connections }, () => connect(scene)));
  try {
    await run(open[0]!, random, dialect, transactionsInRound);
    for (let round = 1; round <= rounds; round++) {
      const where = `round ${round} with seed ${seed}`;
      const before = await fingerprint(server, database);
      const files = [];
      await server.closeBinlog();
      for (let part = 0; part < 2; part++) {
        const share = transactionsInRound / 2;
        if (round < rounds) await run(open[0]!, random, dialect, share);
        else {
          await Promise.all(
            open.map((connection) =>
              run(connection, new Random(random.below(2 ** 31)), dialect, share / connections),
            ),
          );
        }
        files.push(await server.closeBinlog());
      }
      const after = await fingerprint(server, database);
      expect(after, `${where} changes something`).not.toEqual(before);

      await undo(server, random.chance(50) ? files : files.toReversed(), {}, undoOptions(random, server));
      expect(await fingerprint(server, database), `${where} is undone`).toEqual(before);
      const logged = await server.closeBinlog();
      await undo(server, [logged], {}, undoOptions(random, server));
      expect(await fingerprint(server, database), `the undo of ${where} is undone`).toEqual(after);
    }
  } finally {
    await Promise.all(open.map((connection) => connection.end()));
  }
});

async function connect({ server, database }: Scene): Promise<Connection> {
  const connection = await createConnection({
    host: '127.0.0.1',
    port: server.port,
    user: 'root',
    database,
    charset: 'utf8mb4',
  });
  await connection.query('SET SESSION innodb_lock_wait_timeout = 1');
  return connection;
}

/** Runs transactions; statements may fail as they do in the wild. */
async function run(connection: Connection, random: Random, dialect: Dialect, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    for (const statement of transaction(random, dialect)) {
      const error = await connection.query(statement).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error === undefined) continue;
      const { errno } = error as { errno?: number };
      if (errno !== undefined && endingErrors.has(errno)) {
        await connection.query('ROLLBACK');
        break;
      }
      if (errno === undefined || !expectedErrors.has(errno)) throw error;
    }
  }
}

/** Options that change the form of an undo and never what it does. */
function undoOptions(random: Random, server: RunningServer): UndoOptions {
  if (random.chance(40)) return {};
  return {
    checksum: random.pick<ChecksumAlgorithm>(['crc32', 'none']),
    maxEventSize: random.pick([1, 1000, 20_000, 1 << 20]),
    maxStatementSize: random.pick([1000, 100_000, 8 << 20]),
    maxFileSize: random.pick([undefined, 50_000, 1 << 20]),
    window: random.pick([64, 4096, 1 << 20, 4 << 20]),
    rowsVersion: server.flavour === 'mysql' ? 2 : random.pick([1, 2]),
  };
}
