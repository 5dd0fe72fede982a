import { readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { measureKeyless } from './keyless.ts';
import { measureLooking } from './looking.ts';
import { measureReplay } from './replay.ts';
import { measureRewriting } from './rewriting.ts';
import { measureSettings } from './settings.ts';
import { measureText } from './text.ts';

/**
 * Measures, and records medians in results.md: `npx tsx bench/run.ts [rounds] [part...]`, with the names
 * below. What is not measured keeps the results that it has.
 */
const parts = {
  rewriting: measureRewriting,
  looking: measureLooking,
  text: measureText,
  replay: measureReplay,
  settings: measureSettings,
  keyless: measureKeyless,
};
const rounds = Number(process.argv[2] ?? 5);
const chosen = process.argv.slice(3);
const path = join(import.meta.dirname, 'results.md');

const machine =
  `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}, ` +
  `${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}; ${rounds} rounds after one warm-up`;
const earlier = new Map(
  (await readFile(path, 'utf8').catch(() => '')).split(/^## /m).map((section) => {
    const end = section.indexOf('\n');
    return [section.slice(0, end).toLowerCase(), section.slice(end).trim()];
  }),
);
const sections: string[] = [];
for (const [name, measurePart] of Object.entries(parts)) {
  const isChosen = chosen.length === 0 || chosen.includes(name);
  const results = isChosen ? [machine, '', ...(await measurePart(rounds))].join('\n') : earlier.get(name);
  if (results === undefined) continue;
  if (isChosen) process.stdout.write(`${results}\n\n`);
  sections.push(`## ${name[0]!.toUpperCase()}${name.slice(1)}\n\n${results}\n`);
}
await writeFile(path, `# Latest results\n\n${sections.join('\n')}`);
