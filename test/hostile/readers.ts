import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SKIPPABLE } from '../../src/flashback/refusals.ts';
import {
  BinflashError,
  exitCodes,
  inspect,
  type ReadOptions,
  report,
  rewrite,
  type Selection,
  type SqlOptions,
  show,
  sql,
  TableDescriptions,
  transactions,
  VerifyError,
  verify,
} from '../../src/index.ts';

/** Where one run reads and writes. */
export interface Run extends ReadOptions {
  readonly inputs: readonly string[];
  /** Does not exist. */
  readonly output: string;
  readonly select?: Selection | undefined;
  readonly descriptions: TableDescriptions;
}

/** What an ordinary log is refused for: lifted, so that more of it is read. */
const skip = SKIPPABLE;

const write = async (): Promise<void> => {};

const showAs =
  (format: 'text' | 'json' | 'sql', maxValue?: number) =>
  (run: Run): Promise<unknown> =>
    show({ ...run, format, write, maxValue });

const sqlAs =
  (options: Partial<SqlOptions>) =>
  (run: Run): Promise<unknown> =>
    sql({ ...run, skip, ignoreTriggers: true, ...options });

/** What was written of a strange log is the undo of it all the same. */
async function undone(run: Run): Promise<void> {
  const { outputs } = await rewrite({ ...run, skip });
  try {
    await verify({ ...run, skip, undo: outputs });
  } catch (error) {
    if (error instanceof VerifyError) throw new Error(`no undo: ${error.message}`, { cause: error });
    throw error;
  }
}

async function listed(run: Run): Promise<void> {
  await transactions(run.inputs, { ...run, sort: 'rows', contains: 'e' }, async (list) => {
    for await (const _ of list.entries());
    list.undoFirst();
  });
}

/** Everything that looks at binary logs. */
export const readers: Readonly<Record<string, (run: Run) => Promise<unknown>>> = {
  rewrite: undone,
  // A log as the undo of itself, which it never is.
  verify: (run) => verify({ ...run, skip, undo: run.inputs }),
  inspect: ({ inputs, ...options }) => inspect(inputs, options),
  transactions: listed,
  show: showAs('text'),
  'show --json': showAs('json', 0),
  'show --sql': showAs('sql', 0),
  sql: sqlAs({}),
  'sql --flashback': sqlAs({ flashback: true, guard: true }),
  'sql --audit': sqlAs({ audit: true }),
  'sql --format csv': sqlAs({ format: 'csv', splitBy: 'table' }),
  'sql --format ndjson': sqlAs({ format: 'ndjson' }),
  report,
};

/** Codes that an input may end with; that of a defect is not among them. */
export const isDocumented = (code: string): boolean => code === 'done' || Object.hasOwn(exitCodes, code);

/**
 * Runs one reader; answers the error's code, or `done`. Fails for any other error, and where a run that failed left
 * anything behind, or one that did not left an input changed.
 */
export async function runReader(
  name: string,
  run: Omit<Run, 'descriptions'>,
  folder: string,
): Promise<string> {
  const before = (await readdir(folder)).length;
  let code = 'done';
  try {
    const descriptions = new TableDescriptions({ timeZone: '+00:00', maxCharacters: 1000 });
    await readers[name]!({ ...run, descriptions });
  } catch (error) {
    if (!(error instanceof BinflashError)) throw new Error(name, { cause: error });
    if (!isDocumented(error.code)) throw new Error(`${name}: code ${error.code}`);
    code = error.code;
  }
  const left = await readdir(folder);
  if (code !== 'done' && left.length !== before) throw new Error(`${name}: ${code}, and left ${left.join()}`);
  for (const file of left) {
    if (!run.inputs.includes(join(folder, file))) await rm(join(folder, file), { recursive: true });
  }
  return code;
}
