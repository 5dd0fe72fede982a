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
  /** Is no name of a savepoint used again? */
  readonly distinctSavepoints?: boolean;
}

/** One transaction, or one statement by itself. */
export function transaction(
  random: Random,
  { dialect, tables, mixes, images, distinctSavepoints }: TransactionOptions,
): string[] {
  if (random.chance(35)) return [statement(random, { tables, images })];
  const transactional = tables.filter(({ plain }) => !plain);
  // Amid transactions changes without them are rare, as in the wild.
  const amid = (): readonly Table[] =>
    (mixes ? random.chance(30) : random.chance(3)) ? tables : transactional;
  const savepoints = random.chance(25);
  const count = 1 + random.below(random.chance(20) ? 12 : 4);
  const body = random.times(count, () => statement(random, { tables: amid(), images }));
  const inside = savepoints ? withSavepoints(random, body, distinctSavepoints) : [...body];
  if (random.chance(6)) inside.splice(random.below(inside.length), 0, rowImage(random, dialect, images));
  return ['BEGIN', ...inside, random.chance(15) ? 'ROLLBACK' : 'COMMIT'];
}

const savepointNames = ['mark', 'other', '`odd ``name`', 'third', 'fourth', 'fifth', 'sixth'];

/** Puts savepoints into a transaction, and ways back to them; some are nested, and at times a name is used again. */
function withSavepoints(random: Random, body: readonly string[], distinct = false): string[] {
  const result: string[] = [];
  const open: string[] = [];
  const again = random.chance(8) && !distinct;
  let used = 0;
  for (const text of body) {
    if (open.length === 0 || random.chance(40)) {
      const name = again ? random.pick(['mark', 'Mark', 'other']) : savepointNames[used++ % 7]!;
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

/** Does a transaction among these statements use the name of a savepoint twice? */
export function usesSavepointAgain(log: readonly string[]): boolean {
  const names = new Map<string, Set<string>>();
  return log.some((line) => {
    const [, connection, statement] = /^\/\* (\d) \*\/ ((?:BEGIN|XA START|SAVEPOINT [^;]*))/.exec(line) ?? [];
    if (connection === undefined || statement === undefined) return false;
    const used = names.get(connection) ?? new Set();
    names.set(connection, statement.startsWith('SAVEPOINT') ? used : new Set());
    const name = statement.toLowerCase();
    const again = used.has(name);
    used.add(name);
    return again && name.startsWith('savepoint');
  });
}

/** The connection that makes XA transactions: what is prepared holds it while the others go on. */
export const XA_CONNECTION = 1;

/** An XA transaction up to XA END, over the tables of one group. */
interface BegunXa {
  readonly xid: string;
  readonly steps: Step[];
  /** The tables that it holds no locks in. */
  readonly others: readonly Table[];
}

const by =
  (connection: number) =>
  (statement: string): Step => ({ connection, statement });

function beginXa(random: Random, name: string, options: TransactionOptions): BegunXa {
  const { tables, images, distinctSavepoints } = options;
  const group = random.pick(tables.filter(({ plain }) => !plain)).group;
  const own = tables.filter((table) => table.group === group);
  const body = random.times(1 + random.below(5), () => statement(random, { tables: own, images }));
  const xid = random.pick([
    `'${name}'`,
    `'${name}', 'branch'`,
    `'${name}', '', 7`,
    `X'${Buffer.from(`${name}\0'`).toString('hex')}'`,
  ]);
  const inside = random.chance(20) ? withSavepoints(random, body, distinctSavepoints) : body;
  return {
    xid,
    steps: [`XA START ${xid}`, ...inside, `XA END ${xid}`].map(by(XA_CONNECTION)),
    others: tables.filter((table) => table.group !== group),
  };
}

/** An XA transaction in one phase or two, with transactions over other tables between the two. */
export function xaTransaction(random: Random, name: string, options: TransactionOptions): Step[] {
  const { xid, steps, others } = beginXa(random, name, options);
  if (random.chance(30)) {
    const end = random.chance(80) ? `XA COMMIT ${xid} ONE PHASE` : `XA ROLLBACK ${xid}`;
    return [...steps, by(XA_CONNECTION)(end)];
  }
  const count = others.length === 0 ? 0 : random.below(5);
  const between = random.times(count, () => transaction(random, { ...options, tables: others })).flat();
  return [
    ...steps,
    by(XA_CONNECTION)(`XA PREPARE ${xid}`),
    ...between.map(by(0)),
    by(XA_CONNECTION)(decision(random, xid)),
  ];
}

/** An XA transaction up to XA PREPARE, and what decides it later. */
export function pendingXa(random: Random, name: string, options: TransactionOptions): [Step[], Step[]] {
  const { xid, steps } = beginXa(random, name, options);
  return [[...steps, by(XA_CONNECTION)(`XA PREPARE ${xid}`)], [by(XA_CONNECTION)(decision(random, xid))]];
}

const decision = (random: Random, xid: string): string =>
  `XA ${random.chance(70) ? 'COMMIT' : 'ROLLBACK'} ${xid}`;
