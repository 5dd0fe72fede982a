import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { seeds } from './seeds.ts';

/**
 * The coverage-guided campaign (docs/fuzzing.md): one target after the other, each for BINFLASH_FUZZ_SECONDS, until
 * one finds something. Fuzzer, corpus and findings stay in the cache folder, so that a later run goes on from there.
 *
 *     make coverage-fuzz [SECONDS=60] [TARGETS="log json"]
 */
const FUZZER = '@jazzer.js/core@4.0.0';

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'binflash', 'coverage-fuzz');
const root = join(import.meta.dirname, '../..');
const folder = join(import.meta.dirname, 'targets');
/** Not below node_modules, where nothing is instrumented; below the project, where its packages are found. */
const bundles = join(root, 'coverage', 'fuzz');

function install(): string {
  const main = join(cache, 'node_modules/@jazzer.js/core/dist/cli.js');
  if (existsSync(main)) return main;
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'package.json'), '{ "private": true }');
  execFileSync('npm', ['install', '--no-save', FUZZER], { cwd: cache, stdio: 'inherit' });
  return main;
}

/** The fuzzer instruments CommonJS alone: a target and all of src that it needs become one such file. */
async function bundle(target: string): Promise<string> {
  const outfile = join(bundles, `${target}.cjs`);
  const assets = pathToFileURL(join(root, 'src/io/assets.ts')).href;
  await build({
    entryPoints: [join(folder, `${target}.ts`)],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    packages: 'external',
    define: { 'import.meta.url': JSON.stringify(assets), 'import.meta.dirname': JSON.stringify(folder) },
    logLevel: 'error',
  });
  return outfile;
}

function plant(target: string): string {
  const corpus = join(cache, 'corpus', target);
  mkdirSync(corpus, { recursive: true });
  for (const seed of seeds(target)) {
    writeFileSync(join(corpus, createHash('sha1').update(seed).digest('hex')), seed);
  }
  return corpus;
}

/** Runs a target; answers whether it found nothing. */
async function run(fuzzer: string, target: string, seconds: number): Promise<boolean> {
  const corpus = plant(target);
  const findings = join(cache, 'findings', target);
  mkdirSync(findings, { recursive: true });
  const isSync = !/async function fuzz/.test(readFileSync(join(folder, `${target}.ts`), 'utf8'));
  const words = [fuzzer, await bundle(target), corpus, '-i', bundles, '--timeout', '60000'];
  if (isSync) words.push('--sync');
  const limits = [
    `-max_total_time=${seconds}`,
    '-max_len=20000',
    '-rss_limit_mb=2048',
    '-malloc_limit_mb=2048',
  ];
  words.push('--', ...limits, `-artifact_prefix=${findings}/`, '-print_final_stats=1');
  console.log(`${target}: ${seconds} s, ${readdirSync(corpus).length} inputs to begin with`);
  const { status } = spawnSync(process.execPath, words, { stdio: 'inherit', cwd: root });
  return status === 0;
}

const wanted = process.env.BINFLASH_FUZZ_TARGETS?.split(' ').filter((name) => name !== '') ?? [];
const seconds = Number(process.env.BINFLASH_FUZZ_SECONDS ?? 60);
const all = readdirSync(folder)
  .filter((name) => name !== 'expect.ts')
  .map((name) => basename(name, '.ts'));
const fuzzer = install();
for (const target of wanted.length > 0 ? wanted : all) {
  if (!(await run(fuzzer, target, seconds))) process.exit(1);
}
