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

/** A number that comes of what the cases took, by their names: of the medians of all rounds. */
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
 * Runs all cases, `rounds` times after a warm-up that is not counted, and answers Markdown tables: medians of the runs,
 * and what is found of them, beside what it should be.
 *
 * Each round has an order of its own. Memory that a virtual machine has given back to its host is slow when it is first
 * used again: where two programs take turns, writing a file and removing it, it was always the same one that met it.
 */
export async function runRounds(
  cases: readonly Case[],
  findings: readonly Finding[],
  rounds: number,
  beforeEach: () => Promise<void> = async () => {},
): Promise<string[]> {
  const done = new Map<string, Run[]>(cases.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, command, stdout } of shuffled(cases)) {
      await beforeEach();
      const run = await measure(command, stdout);
      if (round > 0) done.get(name)!.push(run);
    }
  }
  await beforeEach();
  return [
    '| run | seconds: median (min to max) | processor seconds | peak memory, MB |',
    '|---|---|---|---|',
    ...cases.map(({ name }) => caseLine(done.get(name)!, name)),
    '',
    ...findingsTable(findings.map((of) => ({ ...of, values: [of.of((name) => medians(done.get(name)!))] }))),
  ];
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function medians(runs: readonly Run[]): Run {
  return {
    seconds: median(runs.map((run) => run.seconds)),
    memory: median(runs.map((run) => run.memory)),
    processor: median(runs.map((run) => run.processor)),
  };
}

function caseLine(runs: readonly Run[], name: string): string {
  const times = runs.map((run) => run.seconds);
  const { seconds, memory, processor } = medians(runs);
  const [least, most] = [Math.min(...times), Math.max(...times)];
  return `| ${name} | ${seconds.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)}) | ${processor.toFixed(2)} | ${memory.toFixed(0)} |`;
}

/** A table of numbers (medians where there are several), each with its aim and whether it is met. */
export function findingsTable(
  findings: readonly (Pick<Finding, 'name' | 'unit' | 'aim'> & { readonly values: readonly number[] })[],
): string[] {
  return [
    '| found | value | aim | met |',
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
