import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { binflash, clean, rewriting } from './commands.ts';
import { plot, type Series } from './growth-plot.ts';
import { measure, median, type Run } from './measure.ts';
import { repeatedBinlog, workloadBinlog } from './workload.ts';

const FACTORS = [1, 2, 4, 8, 16];
const IMAGES = join(import.meta.dirname, '../docs/images');

/** A straight line through measured points, and how far the worst of them is from it. */
interface Fit {
  readonly constant: number;
  readonly slope: number;
  readonly residual: number;
}

const commands: readonly { readonly name: string; readonly command: (file: string) => string[] }[] = [
  { name: 'rewrite', command: rewriting },
  { name: 'inspect', command: (file) => binflash('inspect', file) },
  { name: 'show', command: (file) => binflash('show', file) },
];

/** Time, processor time and memory at 1, 2, 4, 8 and 16 times 64 MB, fitted, and plotted for the documentation. */
export async function measureGrowth(rounds: number): Promise<string[]> {
  const files: { readonly path: string; readonly gigabytes: number }[] = [];
  for (const times of FACTORS) {
    const path =
      times === 1
        ? await workloadBinlog('mysql-9.7', 'few-rows')
        : await repeatedBinlog('few-rows', `growth-${times}`, { times });
    files.push({ path, gigabytes: (await stat(path)).size / 1e9 });
  }
  const seconds: Series[] = [];
  const processor: Series[] = [];
  const memory: Series[] = [];
  for (const { name, command } of commands) {
    const runs: Run[][] = files.map(() => []);
    await measure(command(files[0]!.path));
    // In turn, so that what else the machine does falls on all sizes.
    for (let round = 0; round < rounds; round++) {
      for (const [i, { path }] of files.entries()) {
        await clean();
        runs[i]!.push(await measure(command(path)));
      }
    }
    const series = (of: (run: Run) => number): Series => ({
      name,
      points: files.map(({ gigabytes }, i) => ({ x: gigabytes, y: median(runs[i]!.map(of)) })),
    });
    seconds.push(series((run) => run.seconds));
    processor.push(series((run) => run.processor));
    memory.push(series((run) => run.memory));
  }
  await mkdir(IMAGES, { recursive: true });
  await writeFile(join(IMAGES, 'growth-time.svg'), await plot('seconds', seconds));
  await writeFile(join(IMAGES, 'growth-memory.svg'), await plot('peak memory, MB', memory));
  const heads = files.map(({ gigabytes }) => `${(gigabytes * 1000).toFixed(0)} MB`);
  return [
    `The transactions of a file of ${heads[0]} once, twice, ... 16 times`,
    '',
    ...table('seconds', heads, seconds, perGigabyte),
    '',
    ...table('processor seconds', heads, processor, perGigabyte),
    '',
    ...table(
      'peak memory, MB',
      heads,
      memory,
      (fit) => `${fit.slope.toFixed(0)} MB per GB + ${fit.constant.toFixed(0)} MB`,
    ),
  ];
}

function perGigabyte({ slope, constant }: Fit): string {
  return `${slope.toFixed(2)} s per GB + ${constant.toFixed(2)} s`;
}

function table(
  what: string,
  heads: readonly string[],
  all: readonly Series[],
  text: (fit: Fit) => string,
): string[] {
  return [
    `| ${[what, ...heads, 'fitted', 'furthest point'].join(' | ')} |`,
    `|${'---|'.repeat(heads.length + 3)}`,
    ...all.map(({ name, points }) => {
      const fit = fitted(points);
      const values = points.map(({ y }) => y.toFixed(y < 100 ? 2 : 0));
      return `| ${[name, ...values, text(fit), `${(fit.residual * 100).toFixed(0)} % off`].join(' | ')} |`;
    }),
  ];
}

/** By least squares of relative distances, so that small files count as much as large ones. */
function fitted(points: Series['points']): Fit {
  let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0];
  for (const { x, y } of points) {
    const weight = 1 / y ** 2;
    w += weight;
    wx += weight * x;
    wy += weight * y;
    wxx += weight * x * x;
    wxy += weight * x * y;
  }
  const slope = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  const constant = (wy - slope * wx) / w;
  const residual = Math.max(...points.map(({ x, y }) => Math.abs((constant + slope * x) / y - 1)));
  return { constant, slope, residual };
}
