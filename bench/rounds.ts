import { measure, median, type Run } from './measure.ts';

/** A program's run. */
export interface Case {
  readonly name: string;
  readonly command: readonly string[];
  /** Where its output goes; thrown away, if left out. */
  readonly stdout?: string;
}

/** What a number should be. */
export type Aim = { readonly most: number } | { readonly least: number };

/** A number that comes of the runs of one round, by their names. */
export interface Finding {
  readonly name: string;
  readonly of: (run: (name: string) => Run) => number;
  readonly unit?: string;
  readonly aim?: Aim | undefined;
}

/** How many times as long one case takes as another. */
export function times(name: string, of: string, to: string, aim?: Aim): Finding {
  return { name, of: (run) => run(of).seconds / run(to).seconds, aim };
}

/**
 * Runs all cases in turn, `rounds` times after a warm-up that is not counted, and answers Markdown tables: medians of
 * the runs, and medians of what is found within each round, beside what they should be.
 */
export async function runRounds(
  cases: readonly Case[],
  findings: readonly Finding[],
  rounds: number,
  beforeEach: () => Promise<void> = async () => {},
): Promise<string[]> {
  const done: Map<string, Run>[] = [];
  for (let round = 0; round <= rounds; round++) {
    const runs = new Map<string, Run>();
    for (const { name, command, stdout } of cases) {
      await beforeEach();
      runs.set(name, await measure(command, stdout));
    }
    if (round > 0) done.push(runs);
  }
  await beforeEach();
  return [
    '| run | seconds: median (min to max) | processor seconds | peak memory, MB |',
    '|---|---|---|---|',
    ...cases.map(({ name }) =>
      caseLine(
        done.map((runs) => runs.get(name)!),
        name,
      ),
    ),
    '',
    ...findingsTable(findings.map((finding) => ({ ...finding, values: done.map(valueIn(finding)) }))),
  ];
}

function valueIn({ of }: Finding): (runs: ReadonlyMap<string, Run>) => number {
  return (runs) => of((name) => runs.get(name)!);
}

function caseLine(runs: readonly Run[], name: string): string {
  const seconds = runs.map((run) => run.seconds);
  const memory = median(runs.map((run) => run.memory));
  const processor = median(runs.map((run) => run.processor));
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)];
  return `| ${name} | ${median(seconds).toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)}) | ${processor.toFixed(2)} | ${memory.toFixed(0)} |`;
}

/** A table of medians, each with its aim and whether it is met. */
export function findingsTable(
  findings: readonly (Pick<Finding, 'name' | 'unit' | 'aim'> & { readonly values: readonly number[] })[],
): string[] {
  return [
    '| found in each round | median | aim | met |',
    '|---|---|---|---|',
    ...findings.map(({ name, unit = '', aim, values }) => {
      const value = median(values);
      const cells = [name, `${digits(value)}${unit}`, aim ? `${aimText(aim)}${unit}` : '', met(value, aim)];
      return `| ${cells.join(' | ')} |`;
    }),
  ];
}

function digits(value: number): string {
  return value.toFixed(value >= 100 ? 0 : value >= 1 ? 2 : 3);
}

function aimText(aim: Aim): string {
  return 'most' in aim ? `at most ${aim.most}` : `at least ${aim.least}`;
}

function met(value: number, aim: Aim | undefined): string {
  if (aim === undefined) return '';
  return ('most' in aim ? value <= aim.most : value >= aim.least) ? 'yes' : '**no**';
}
