import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Binlog } from '../builder/binlog.ts';
import { annotate, query } from '../builder/events.ts';
import { mariadb118 } from '../builder/format.ts';
import { compressEvents } from '../builder/repack.ts';
import { change, orders } from '../builder/shop.ts';
import { attempt, insertedIds } from '../helpers.ts';

/** A row, a savepoint set, or a savepoint gone back to. */
type Step = { readonly row: number } | { readonly set: string } | { readonly back: string };

/** Names as they are written; the last two are one name to some servers and two to others. */
const NAMES = ['`a`', 'A', '"a"', '`b ``c`', '`B ``C`', '`ü`', 'Ü', 'u'];

/** As servers compare: quotes off, case folded. */
const folded = (text: string): string =>
  text
    .replace(/^[`"]|[`"]$/g, '')
    .replaceAll('``', '`')
    .toLowerCase();
const plain = (name: string): string => name.replace('ü', 'u');

interface Left {
  readonly rows: readonly number[];
  readonly takenBack: number;
  /** The log does not tell which rows were taken back. */
  readonly doubtful: boolean;
}

/** What is left of a transaction when it commits. */
function run(steps: readonly Step[]): Left {
  const rows: number[] = [];
  let savepoints: { name: string; rows: number }[] = [];
  let takenBack = 0;
  let doubtful = false;
  for (const step of steps) {
    if ('row' in step) rows.push(step.row);
    else if ('set' in step) {
      const name = folded(step.set);
      // Of a name that was there before, MariaDB may mean either.
      savepoints = [...savepoints, { name, rows: rows.length }];
    } else {
      const name = folded(step.back);
      const meant = savepoints.filter((savepoint) => plain(savepoint.name) === plain(name));
      if (meant.length !== 1 || meant[0]!.name !== name) doubtful = true;
      else {
        takenBack += rows.splice(meant[0]!.rows).length;
        savepoints = savepoints.slice(0, savepoints.indexOf(meant[0]!) + 1);
      }
    }
  }
  return { rows, takenBack, doubtful };
}

const of = { ...orders, padding: 0 as const };

function build(transactions: readonly (readonly Step[])[]): Buffer {
  const log = new Binlog(mariadb118);
  for (const [transaction, steps] of transactions.entries()) {
    log.transaction(
      steps.flatMap((step, number) => {
        if ('row' in step) {
          return [
            annotate(`INSERT ${transaction} ${number}`),
            ...change('insert', [step.row], of, { version: 1 }),
          ];
        }
        return [query('set' in step ? `SAVEPOINT ${step.set}` : `ROLLBACK TO ${step.back}`)];
      }),
    );
  }
  return log.bytes();
}

/** Ids of the rows in the undo, oldest first, transaction by transaction; or the code of the refusal. */
async function undone(file: Buffer, window: number): Promise<unknown> {
  const found = await attempt([file], { window });
  if (typeof found === 'string') return found;
  return { rows: insertedIds(found.log), takenBack: found.result.plan.takenBack };
}

function expected(
  transactions: readonly (readonly Step[])[],
): { rows: number[][]; takenBack: number } | string {
  const left = transactions.map(run).filter(({ rows }) => rows.length > 0);
  if (left.some(({ doubtful }) => doubtful)) return 'ROLLED_BACK';
  if (left.length === 0) return 'NO_MATCH';
  return {
    rows: left.map(({ rows }) => [...rows]),
    takenBack: left.reduce((sum, { takenBack }) => sum + takenBack, 0),
  };
}

/** Steps whose savepoints are mostly there when they are gone back to. */
const steps = (names: readonly string[]): fc.Arbitrary<Step[]> => {
  const name = fc.constantFrom(...names);
  return fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.nat({ max: 1_000_000 }).map((row): Step => ({ row })) },
      { weight: 3, arbitrary: name.map((set): Step => ({ set })) },
      { weight: 2, arbitrary: name.map((back): Step => ({ back })) },
    ),
    { maxLength: 14 },
  );
};

describe('savepoints', () => {
  it.each([
    ['of one name in three spellings', NAMES.slice(0, 3), 80],
    ['of two names', ['`a`', '`b ``c`'], 150],
    ['of several names', NAMES, 150],
  ])('%s, however nested, leave what the server left', { timeout: 300_000 }, async (_, names, numRuns) => {
    const transactions = fc.array(steps(names), { minLength: 1, maxLength: 3 });
    const widths = fc.constantFrom(undefined, 0);
    await fc.assert(
      fc.asyncProperty(transactions, widths, fc.constantFrom(64, 4096), async (plan, width, window) => {
        const file = compressEvents(build(plan), () => width);
        expect(await undone(file, window)).toEqual(expected(plan));
      }),
      { numRuns },
    );
  });

  it('the model knows the cases of the log of MariaDB 11.8', () => {
    const left = (...plan: (number | string)[]): Left =>
      run(
        plan.map((step) =>
          typeof step === 'number'
            ? { row: step }
            : step.startsWith('<')
              ? { back: step.slice(1) }
              : { set: step },
        ),
      );
    expect(left(1, '`a`', 2, 3, '<`a`', 4)).toEqual({ rows: [1, 4], takenBack: 2, doubtful: false });
    expect(left(1, '`a`', 2, 'A', 3, '<`a`').doubtful).toBe(true);
    expect(left(1, '`a`', 2, '<`a`', 3, '<`a`')).toEqual({ rows: [1], takenBack: 2, doubtful: false });
    expect(left(1, '<`a`').doubtful).toBe(true);
  });
});
