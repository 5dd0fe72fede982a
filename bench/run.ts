import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { clean } from './commands.ts';
import { measureGrowth } from './growth.ts';
import { measureHuge } from './huge.ts';
import { measureKeyless } from './keyless.ts';
import { measureLargeRow } from './large-row.ts';
import { measureLooking } from './looking.ts';
import { measurePacked } from './packed.ts';
import { measureReplay } from './replay.ts';
import { measureRewriting } from './rewriting.ts';
import { measureSettings } from './settings.ts';
import { measureBlobs, measureTiny, measureWide } from './shapes.ts';
import { measureSizes } from './sizes.ts';
import { measureText } from './text.ts';
import { measureVerify } from './verify.ts';

/**
 * Measures, and records medians in results.md: `npx tsx bench/run.ts [rounds] [part...]`. What is not measured keeps
 * the results that it has.
 */
type Measure = (rounds: number) => Promise<string[]>;

const ordinary: Record<string, Measure> = {
  rewriting: measureRewriting,
  blobs: measureBlobs,
  tiny: measureTiny,
  wide: measureWide,
  packed: measurePacked,
  'large-row': measureLargeRow,
  looking: measureLooking,
  text: measureText,
  verify: measureVerify,
};
/** Many minutes each, some with tens of GiB: only when they are named. */
const long: Record<string, Measure> = {
  growth: measureGrowth,
  huge: measureHuge,
  replay: measureReplay,
  sizes: measureSizes,
  settings: measureSettings,
  keyless: measureKeyless,
};
const parts = { ...ordinary, ...long };
const rounds = Number(process.argv[2] ?? 5);
const chosen = process.argv.length > 3 ? process.argv.slice(3) : Object.keys(ordinary);
const unknown = chosen.filter((name) => !(name in parts));
if (unknown.length > 0 || !(rounds >= 1)) {
  throw new Error(`npx tsx bench/run.ts [rounds] [part...]; parts: ${Object.keys(parts).join(', ')}`);
}
const path = join(import.meta.dirname, 'results.md');

/** The machine, and how busy others keep it. */
function machine(): string {
  const [load] = loadavg();
  return (
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}, ` +
    `${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, load ${load!.toFixed(1)} before; ${rounds} rounds after one warm-up`
  );
}

const earlier = new Map(
  (await readFile(path, 'utf8').catch(() => '')).split(/^## /m).map((section) => {
    const end = section.indexOf('\n');
    return [section.slice(0, end).toLowerCase(), section.slice(end).trim()];
  }),
);
const title = (name: string): string => `${name[0]!.toUpperCase()}${name.slice(1).replace('-', ' ')}`;

for (const [name, measure] of Object.entries(parts)) {
  if (!chosen.includes(name)) continue;
  const head = machine();
  try {
    const results = [head, '', ...(await measure(rounds))].join('\n');
    process.stdout.write(`## ${title(name)}\n\n${results}\n\n`);
    earlier.set(title(name).toLowerCase(), results);
  } finally {
    await clean();
  }
  const sections = Object.keys(parts).flatMap((part) => {
    const results = earlier.get(title(part).toLowerCase());
    return results === undefined ? [] : [`## ${title(part)}\n\n${results}\n`];
  });
  await writeFile(path, `# Latest results\n\n${sections.join('\n')}`);
}
