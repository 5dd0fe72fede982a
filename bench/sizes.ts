import { replayCase } from './replay/cases.ts';
import { Stage } from './replay/stage.ts';
import { compareWays, sized, WAYS_HEADING } from './replay/ways.ts';

const SIZES = [1024, 32, 128, 256, 4096].map(sized);
const CASES = [
  replayCase('primary key', '130 B rows', 'inserts', 40_000),
  replayCase('primary key', '130 B rows', 'updates', 20_000),
];

/** More sizes of events than `replay` has, where there is a key, in wall time. */
export async function measureSizes(rounds: number): Promise<string[]> {
  const lines = [...WAYS_HEADING];
  for (const id of ['mysql-9.7', 'mariadb-11.8'] as const) {
    const stage = await Stage.open(id);
    try {
      for (const one of CASES) lines.push(...(await compareWays(stage, one, SIZES, rounds)));
    } finally {
      await stage.close();
    }
  }
  return lines;
}
