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
import { measureText } from './text.ts';

/**
 * Measures, and records medians in results.md: `npx tsx bench/run.ts [rounds] [part...]`. What is not measured keeps
 * the results that it has.
 */
const parts: Record<
  string,
  { readonly measure: (rounds: number) => Promise<string[]>; readonly byName?: true }
> = {
  rewriting: { measure: measureRewriting },
  blobs: { measure: measureBlobs },
  tiny: { measure: measureTiny },
  wide: { measure: measureWide },
  packed: { measure: measurePacked },
  'large-row': { measure: measureLargeRow },
  looking: { measure: measureLooking },
  text: { measure: measureText },
  replay: { measure: measureReplay, byName: true },
  settings: { measure: measureSettings, byName: true },
  keyless: { measure: measureKeyless, byName: true },
  // Minutes each, and tens of GiB: only when asked for.
  growth: { measure: measureGrowth, byName: true },
  huge: { measure: measureHuge, byName: true },
};
const rounds = Number(process.argv[2] ?? 5);
const chosen = process.argv.slice(3);
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

for (const [name, { measure, byName }] of Object.entries(parts)) {
  if (chosen.length === 0 ? byName : !chosen.includes(name)) continue;
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
