import { median } from '../measure.ts';
import type { ReplayCase } from './cases.ts';
import type { Replayed } from './pipeline.ts';
import type { Packing, Session, Stage } from './stage.ts';

const DEFAULT: Packing = { name: '1M', eventSize: 1024 * 1024 };

/** A way to replay one undo. */
export interface Way extends Session {
  readonly name: string;
  readonly packing?: Packing;
  /** SQL, run before the change is made again, and after the replay. */
  readonly before?: string;
  readonly after?: string;
}

/** Events of so many KiB. */
export function sized(kib: number): Way {
  const name = kib < 1024 ? `events of ${kib}K` : `events of ${kib / 1024}M`;
  return { name, packing: { name, eventSize: kib * 1024 } };
}

export const WAYS_HEADING: readonly string[] = [
  '| server | undone | replayed | seconds: median (min to max) | processor seconds of the server | wall time / first |',
  '|---|---|---|---|---|---|',
];

/** Replays the undo of one change in several ways, in turn, and answers a line of {@link WAYS_HEADING} for each. */
export async function compareWays(
  stage: Stage,
  one: ReplayCase,
  ways: readonly Way[],
  rounds: number,
): Promise<string[]> {
  await stage.prepare(one, [...new Set(ways.map(({ packing = DEFAULT }) => packing))]);
  const runs = ways.map((): Replayed[] => []);
  await stage.undo(ways[0]!.packing ?? DEFAULT);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < ways.length; i++) {
      const at = (i + round) % ways.length;
      const { packing = DEFAULT, before, after, ...session } = ways[at]!;
      if (before !== undefined) await stage.server.look(before);
      runs[at]!.push(await stage.undo(packing, session));
      if (after !== undefined) await stage.server.look(after);
    }
    await stage.purge();
  }
  return ways.map(({ name }, i) => {
    const times = runs[i]!.map(({ seconds }) => seconds);
    const ratio = median(times.map((time, round) => time / runs[0]![round]!.seconds));
    const cpu = median(runs[i]!.map(({ serverCpu }) => serverCpu));
    const spread = `${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)}`;
    return `| ${stage.server.id} | ${one.name} | ${name} | ${median(times).toFixed(2)} (${spread}) | ${cpu.toFixed(2)} | ${ratio.toFixed(2)} |`;
  });
}
