/** Random transactions: statements, savepoints, two phases, and what happens in between. */
import type { Dialect } from './dialect.ts';
import type { Random } from './random.ts';
import { type Images, rowImage } from './settings.ts';
import { statement } from './statements.ts';
import type { Table } from './tables.ts';

/** Statements and the number of the connection that runs them. */
export interface Step {
  readonly connection: number;
  readonly statement: string;
}

export interface TransactionOptions {
  readonly dialect: Dialect;
  readonly images: Images;
  readonly tables: readonly Table[];
  /** Do transactions of several engines work? */
  readonly mixes: boolean;
}

/** One transaction, or one statement by itself. */
export function transaction(
  random: Random,
  { dialect, tables, mixes, images }: TransactionOptions,
): string[] {
  if (random.chance(35)) return [statement(random, tables)];
  const transactional = tables.filter(({ plain }) => !plain);
  // Amid transactions changes without them are rare, as in the wild.
  const amid = (): readonly Table[] =>
    (mixes ? random.chance(30) : random.chance(3)) ? tables : transactional;
  const savepoints = random.chance(25);
  const count = 1 + random.below(random.chance(20) ? 12 : 4);
  const body = random.times(count, () => statement(random, amid()));
  const inside = savepoints ? withSavepoints(random, body) : [...body];
  if (random.chance(6)) inside.splice(random.below(inside.length), 0, rowImage(random, dialect, images));
  return ['BEGIN', ...inside, random.chance(15) ? 'ROLLBACK' : 'COMMIT'];
}

/** Puts savepoints into a transaction, and ways back to them; names are used again, and some are nested. */
function withSavepoints(random: Random, body: readonly string[]): string[] {
  const result: string[] = [];
  const open: string[] = [];
  for (const text of body) {
    if (open.length === 0 || random.chance(40)) {
      const name = random.pick(['mark', 'Mark', 'other', '`odd ``name`']);
      result.push(`SAVEPOINT ${name}`);
      const same = open.findIndex((one) => one.toLowerCase() === name.toLowerCase());
      if (same >= 0) open.splice(same, 1);
      open.push(name);
    }
    result.push(text);
    if (random.chance(35)) {
      const at = random.below(open.length);
      result.push(`ROLLBACK TO SAVEPOINT ${open[at]!}`);
      open.length = at + 1;
    } else if (random.chance(10)) {
      const at = random.below(open.length);
      result.push(`RELEASE SAVEPOINT ${open[at]!}`);
      open.length = at;
    }
  }
  return result;
}

/** The connection that makes XA transactions: what is prepared holds it while the others go on. */
export const XA_CONNECTION = 1;

/**
 * An XA transaction in one phase or two, with transactions over other tables between the two: what is
 * prepared holds its locks.
 */
export function xaTransaction(random: Random, name: string, options: TransactionOptions): Step[] {
  const groups = [...new Set(options.tables.filter(({ plain }) => !plain).map(({ group }) => group))];
  const group = random.pick(groups);
  const own = options.tables.filter((table) => table.group === group);
  const others = options.tables.filter((table) => table.group !== group);
  const body = random.times(1 + random.below(5), () => statement(random, own));
  const xid = random.pick([
    `'${name}'`,
    `'${name}', 'branch'`,
    `'${name}', '', 7`,
    `X'${Buffer.from(`${name}\0'`).toString('hex')}'`,
  ]);
  const by =
    (connection: number) =>
    (text: string): Step => ({ connection, statement: text });
  const begun = [
    `XA START ${xid}`,
    ...(random.chance(20) ? withSavepoints(random, body) : body),
    `XA END ${xid}`,
  ];
  if (random.chance(30)) {
    const end = random.chance(80) ? `XA COMMIT ${xid} ONE PHASE` : `XA ROLLBACK ${xid}`;
    return [...begun, end].map(by(XA_CONNECTION));
  }
  const between =
    random.chance(50) || others.length === 0
      ? []
      : random.times(1 + random.below(4), () => transaction(random, { ...options, tables: others })).flat();
  return [
    ...[...begun, `XA PREPARE ${xid}`].map(by(XA_CONNECTION)),
    ...between.map(by(0)),
    by(XA_CONNECTION)(`XA ${random.chance(70) ? 'COMMIT' : 'ROLLBACK'} ${xid}`),
  ];
}
