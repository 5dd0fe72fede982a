import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workloadBinlog } from './workload.ts';

/**
 * Where a command spends its time on the bench's file, by function: `npx tsx bench/profile.ts inspect`,
 * `npx tsx bench/profile.ts show --json`. Prints a Markdown table.
 */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { functionName: string; url: string; lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

const LINES = 15;

const folder = await mkdtemp(join(tmpdir(), 'binflash-profile-'));
try {
  const command = ['bin/binflash.js', ...process.argv.slice(2), await workloadBinlog('mysql-9.7')];
  execFileSync('node', ['--cpu-prof', `--cpu-prof-dir=${folder}`, ...command], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [file] = await readdir(folder);
  const profile = JSON.parse(await readFile(join(folder, file!), 'utf8')) as Profile;
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const named = new Map<number, string>();
  for (const { id, callFrame, children = [] } of profile.nodes) {
    const { functionName, url, lineNumber } = callFrame;
    const place = url === '' ? '' : ` ${url.replace(/^.*\/(dist|node_modules)\//, '')}:${lineNumber + 1}`;
    const name = named.get(id) ?? `${functionName || '(anonymous)'}${place}`;
    named.set(id, name);
    for (const child of children) {
      const { callFrame: called } = nodes.get(child)!;
      // Nodes stand behind those that call them; native code has no name of its own.
      if (called.functionName === '' && called.url === '') named.set(child, `(native) in ${name}`);
    }
  }
  const times = new Map<string, number>();
  let all = 0;
  for (const [i, sample] of profile.samples.entries()) {
    const name = named.get(sample)!;
    times.set(name, (times.get(name) ?? 0) + profile.timeDeltas[i]!);
    all += profile.timeDeltas[i]!;
  }
  const rows = [...times].sort(([, a], [, b]) => b - a).slice(0, LINES);
  process.stdout.write('| function | ms | % |\n|---|---|---|\n');
  for (const [name, time] of rows) {
    process.stdout.write(`| ${name} | ${(time / 1000).toFixed(0)} | ${((time / all) * 100).toFixed(1)} |\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
