/** The connections of a round: they run its statements, take the failures of the wild, and write all down. */
import { type Connection, createConnection } from 'mysql2/promise';
import type { RunningServer } from '../../servers/index.ts';
import { count, type Tally } from './tally.ts';
import { type Step, XA_CONNECTION } from './transactions.ts';

/** What random statements may run into; anything else is a mistake of the workload. */
const expectedErrors = new Set([
  1030, // MariaDB: a duplicate key, first met when rows are put into an empty table in bulk
  1038, // out of sort memory
  1048, // NULL where it may not be
  1062, // duplicate key
  1114, // a table of MEMORY is full
  1118, // the row is too large
  1178, // MariaDB: the engine has no savepoints
  1205, // lock wait timeout
  1264, // out of range
  1265, // truncated
  1292, // not such a value
  1305, // no such savepoint, where the engine had none
  1364, // no default
  1366, // not such a character
  1406, // too long
  1451, // a child row is in the way
  1452, // there is no such parent row
  1467, // no AUTO_INCREMENT left
  1690, // the result is out of range
  1761, // MariaDB: a row with history, replaced twice at one moment
  1785, // MySQL with GTIDs: two engines in one transaction
]);
/** These end the transaction. */
const endingErrors = new Set([
  1020, // MariaDB 11.8: the row has changed since the snapshot
  1213, // deadlock
]);
/** What XA statements say after one that ended their transaction. */
const xaErrors = new Set([1397, 1399, 1402, 1613, 1614]);

export class Sessions {
  readonly #connections: Connection[];
  /** Every statement with what came of it, to be read when a round fails. */
  readonly log: string[] = [];
  readonly #tally: Tally;

  private constructor(connections: Connection[], tally: Tally) {
    this.#tally = tally;
    this.#connections = connections;
  }

  static async open(
    server: RunningServer,
    database: string,
    number: number,
    tally: Tally,
  ): Promise<Sessions> {
    const connections: Connection[] = [];
    for (let i = 0; i < number; i++) {
      const connection = await createConnection({
        host: '127.0.0.1',
        port: server.port,
        user: 'root',
        database,
        charset: 'utf8mb4',
      });
      connections.push(connection);
      await connection.query('SET SESSION innodb_lock_wait_timeout = 1');
    }
    return new Sessions(connections, tally);
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.end()));
  }

  /** Runs settings, none of which may fail. */
  async set(number: number, statements: readonly string[]): Promise<void> {
    for (const statement of statements) {
      this.log.push(`/* ${number} */ ${statement};`);
      await this.#connections[number]!.query(statement);
    }
  }

  /** Runs the statements of a transaction; some may fail. */
  async run(number: number, statements: readonly string[]): Promise<void> {
    for (const statement of statements) {
      if ((await this.#try(number, statement)) === 'ended') {
        await this.set(number, ['ROLLBACK']);
        return;
      }
    }
  }

  /** Runs an XA transaction, or a part of one, and what happens in between. */
  async runXa(steps: readonly Step[]): Promise<void> {
    let ended = false;
    for (const { connection, statement } of steps) {
      if (ended && connection === XA_CONNECTION && !statement.startsWith('XA ')) continue;
      if ((await this.#try(connection, statement)) !== 'ended') continue;
      if (connection === XA_CONNECTION) ended = true;
      else await this.set(connection, ['ROLLBACK']);
    }
    const [, last, xid] = /^XA (\w+) (.*?)(?: ONE PHASE)?$/.exec(steps.at(-1)!.statement)!;
    if (last === 'PREPARE') return;
    // What an error has left open goes, and nothing happens where all went well.
    for (const statement of [`XA END ${xid}`, `XA ROLLBACK ${xid}`]) {
      this.log.push(`/* ${XA_CONNECTION} */ ${statement};`);
      await this.#connections[XA_CONNECTION]!.query(statement).catch(() => undefined);
    }
  }

  async #try(number: number, statement: string): Promise<'done' | 'failed' | 'ended'> {
    const at = this.log.push(`/* ${number} */ ${statement};`) - 1;
    try {
      await this.#connections[number]!.query(statement);
      count(this.#tally.statements, kindOf(statement));
      return 'done';
    } catch (error) {
      const { errno = 0, message } = error as { errno?: number; message: string };
      this.log[at] += ` -- ${errno} ${message}`;
      count(this.#tally.errors, errno);
      if (endingErrors.has(errno)) return 'ended';
      if (expectedErrors.has(errno) || (xaErrors.has(errno) && number === XA_CONNECTION)) return 'failed';
      throw error;
    }
  }
}

/** `XA COMMIT`, `ROLLBACK TO`, or else the first word. */
const kindOf = (statement: string): string => /^(XA \w+|ROLLBACK TO|\w+)/.exec(statement)![1]!;
