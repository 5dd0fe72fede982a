import { measure, median, type Run } from './measure.ts';

/** A program's run, and how its time is compared. */
export interface Case {
  readonly name: string;
  readonly command: readonly string[];
  /** Where its output goes; thrown away, if left out. */
  readonly stdout?: string;
}

/** How many times as long one case takes as another. */
export interface Ratio {
  readonly name: string;
  readonly of: string;
  readonly to: string;
  /** What it should be. */
  readonly aim?: string;
}

/**
 * Runs all cases in turn, `rounds` times after a warm-up that is not counted, and answers Markdown tables of medians
 * and of ratios taken pair by pair within a round.
 */
export async function runRounds(
  cases: readonly Case[],
  ratios: readonly Ratio[],
  rounds: number,
  beforeEach: () => Promise<void> = async () => {},
): Promise<string[]> {
  const results = new Map<string, Run[]>(cases.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, command, stdout } of cases) {
      await beforeEach();
      const result = await measure(command, stdout);
      if (round > 0) results.get(name)!.push(result);
    }
  }
  const seconds = (name: string): number[] => results.get(name)!.map((run) => run.seconds);
  const aims = ratios.some(({ aim }) => aim !== undefined);
  return [
    '| run | seconds: median (min to max) | peak memory, MB |',
    '|---|---|---|',
    ...cases.map(({ name }) => {
      const times = seconds(name);
      const memory = median(results.get(name)!.map((run) => run.memory));
      return `| ${name} | ${median(times).toFixed(2)} (${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)}) | ${memory.toFixed(0)} |`;
    }),
    '',
    aims
      ? '| ratio of wall times, pair by pair | median | aim |'
      : '| ratio of wall times, pair by pair | median |',
    aims ? '|---|---|---|' : '|---|---|',
    ...ratios.map(({ name, of, to, aim }) => {
      const times = seconds(to);
      const value = median(seconds(of).map((one, i) => one / times[i]!)).toFixed(2);
      return aims ? `| ${name} | ${value} | ${aim ?? ''} |` : `| ${name} | ${value} |`;
    }),
  ];
}
