import fc from 'fast-check';
import { Binlog, START_TIME } from './binlog.ts';
import { type Column, columnsOf, int, varchar } from './columns.ts';
import {
  annotate,
  checkpoint,
  type Event,
  gtidList,
  previousGtids,
  query,
  rotate,
  rowsQuery,
  stop,
} from './events.ts';
import { type Checksum, mysql97, oldServers, type Server, servers } from './format.ts';
import { type Kind, rows, type Table, tableMap, type Values } from './rows.ts';

/** A whole source: the files in the order in which the server wrote them. */
export interface Source {
  readonly server: Server;
  readonly checksum: Checksum;
  readonly files: readonly Buffer[];
  /** For the report of a failing run. */
  readonly [fc.toStringMethod]: () => string;
}

export interface SourceOptions {
  /** Also updates whose after image holds only some of the columns. Default true. */
  readonly partial?: boolean;
  readonly maxFiles?: number;
  /** Longest value of a column without a fixed width. Default 40. */
  readonly longest?: number;
  readonly maxRows?: number;
  /** Default: all. */
  readonly servers?: readonly Server[];
  /** What columns are made of; default: every type of the server. */
  readonly columns?: readonly Column[];
  /** What the log tells of a table besides its types; `number` is 0 to 2. */
  readonly metadata?: (columns: readonly Column[], number: number) => Uint8Array;
}

/** Bytes from a seed, so that fast-check has one number a row to draw and to shrink. */
class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }
  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

function value(column: Column, dice: Dice, longest: number): Buffer | null {
  if (column.nullable && dice.below(4) === 0) return null;
  if (column.width !== undefined) return dice.bytes(column.width);
  const length = dice.below(Math.min(longest, column.prefix === 1 ? 255 : 65_535) + 1);
  const prefix = Buffer.alloc(column.prefix);
  prefix.writeUIntLE(length, 0, column.prefix);
  return Buffer.concat([prefix, dice.bytes(length)]);
}

interface EventPlan {
  table: number;
  kind: Kind;
  seeds: number[];
  partial: boolean;
  partition: boolean;
  /** Are foreign keys not checked, as the session says? */
  unchecked: boolean;
}

interface TransactionPlan {
  statements: EventPlan[][];
  end: 'xid' | 'commit';
  foreignKeys: boolean;
  noise: boolean;
}

const transactionPlan = (partial: boolean, maxRows: number): fc.Arbitrary<TransactionPlan> => {
  const event = fc.record({
    table: fc.nat({ max: 2 }),
    kind: fc.constantFrom<Kind>('insert', 'update', 'delete'),
    seeds: fc.array(fc.nat(), { minLength: 1, maxLength: maxRows }),
    partial: partial ? fc.boolean() : fc.constant(false),
    partition: fc.boolean(),
    unchecked: fc.boolean(),
  });
  return fc.record({
    // Several events of one kind on one table are what packing is about, so they are made likely.
    statements: fc.array(
      fc.oneof(
        fc.array(event, { minLength: 1, maxLength: 4 }),
        fc
          .tuple(event, fc.integer({ min: 2, max: 5 }))
          .map(([one, times]) => Array.from({ length: times }, () => one)),
      ),
      { maxLength: 4 },
    ),
    end: fc.constantFrom('xid' as const, 'commit' as const),
    foreignKeys: fc.boolean(),
    noise: fc.boolean(),
  });
};

export function source(options: SourceOptions = {}): fc.Arbitrary<Source> {
  const { partial = true, maxFiles = 3, longest = 40, maxRows = 6 } = options;
  return fc.constantFrom(...(options.servers ?? servers)).chain((server) => {
    const column = fc.tuple(fc.constantFrom(...(options.columns ?? columnsOf(server.flavour))), fc.boolean());
    return fc
      .record({
        checksum:
          server.knowsChecksums === false
            ? fc.constant('none' as const)
            : fc.constantFrom<Checksum>('crc32', 'none'),
        rowsVersion: rowsVersions(server),
        tables: fc.array(fc.array(column, { maxLength: 20 }), { minLength: 3, maxLength: 3 }),
        files: fc.array(fc.array(transactionPlan(partial, maxRows), { maxLength: 5 }), {
          minLength: 1,
          maxLength: maxFiles,
        }),
      })
      .filter(({ files }) => files.flat().some(({ statements }) => statements.length > 0))
      .map((plan) => {
        const tables = plan.tables.map((columns, i): Table => {
          const all = [int, ...columns.map(([one, nullable]) => ({ ...one, nullable })), varchar(300)];
          const padding = server.flavour === 'mysql' ? 1 : 0;
          const optional = options.metadata?.(all, i);
          return { schema: `db${i}`, name: 't', columns: all, padding, ...(optional && { optional }) };
        });
        const files = plan.files.map((transactions, number) =>
          build(
            server,
            plan.checksum,
            plan.rowsVersion,
            tables,
            transactions,
            number,
            longest,
            plan.files.slice(0, number).flat().length,
          ),
        );
        const describe = (): string =>
          `${server.version} ${plan.checksum} v${plan.rowsVersion}\n${JSON.stringify(plan.files)}\n${plan.tables.map((t) => t.map(([c]) => c.sql).join()).join('\n')}`;
        return { server, checksum: plan.checksum, files, [fc.toStringMethod]: describe };
      });
  });
}

function rowsVersions(server: Server): fc.Arbitrary<1 | 2> {
  if (oldServers.includes(server)) return fc.constant(1);
  return server === mysql97 ? fc.constant(2) : fc.constantFrom(1, 2);
}

function build(
  server: Server,
  checksum: Checksum,
  version: 1 | 2,
  tables: readonly Table[],
  transactions: readonly TransactionPlan[],
  number: number,
  longest: number,
  earlier: number,
): Buffer {
  const mariadb = server.flavour === 'mariadb';
  const log = new Binlog(server, {
    checksum,
    created: number === 0 ? START_TIME : 0,
    earlier,
    time: START_TIME + number * 1000,
  });
  const isOld = oldServers.includes(server);
  if (!isOld) log.add(...(mariadb ? [gtidList(earlier), checkpoint(fileName(number))] : [previousGtids()]));
  for (const { statements, end, foreignKeys, noise } of transactions) {
    const events: Event[] = [];
    for (const statement of statements) {
      if (noise && (mariadb || !isOld))
        events.push(mariadb ? annotate('UPDATE ...') : rowsQuery('UPDATE ...'));
      // All maps first, as servers write a statement on several tables. Ids are used again, as after a restart.
      const used = [...new Set(statement.map(({ table }) => table))];
      const id = (table: number): number => 100 + ((table + number) % 3);
      events.push(...used.map((table) => tableMap(tables[table]!, id(table))));
      for (const [i, event] of statement.entries()) {
        const last = i === statement.length - 1;
        const flags =
          (last ? 1 : 0) | (event.unchecked ? 2 : 0) | (foreignKeys && event.table === 1 ? 0x10 : 0);
        events.push(rowsEvent(event, tables[event.table]!, id(event.table), version, flags, longest));
      }
    }
    log.transaction(events, end === 'commit' ? query('COMMIT') : undefined);
    log.time++;
  }
  log.add(number % 2 === 0 ? rotate(fileName(number + 1)) : stop());
  return log.bytes();
}

function rowsEvent(
  { kind, seeds, partial, partition }: EventPlan,
  of: Table,
  id: number,
  version: 1 | 2,
  flags: number,
  longest: number,
): Event {
  const image = (seed: number): Values => {
    const dice = new Dice(seed);
    return of.columns.map((column) => value(column, dice, longest));
  };
  // FULL_NODUP: the after image holds only what changed.
  const chosen = new Dice(seeds[0]!);
  const presentAfter = of.columns.map(() => !partial || chosen.below(2) === 0);
  const ids = kind === 'update' ? [1, 0, 0, 1, 0] : [1, 3, 0];
  return rows(
    kind,
    of,
    id,
    seeds.map((seed) => (kind === 'update' ? [image(seed), image(seed + 1)] : [image(seed)])),
    {
      version,
      flags,
      presentAfter,
      ...(partition && version === 2 ? { extra: Buffer.from(ids) } : {}),
    },
  );
}

export function fileName(number: number): string {
  return `bin.${String(number + 1).padStart(6, '0')}`;
}
