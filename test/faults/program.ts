/** The program itself, as it is built, in a process of its own, with a disk of ours under it where a test wants that. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';
import type { Fault } from './disk.ts';
import { scratch } from './scenes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = join(ROOT, 'bin/binflash.js');

/** @throws when the program was not built since its sources changed: it would be another one that is tested */
export function checkBuilt(): void {
  const built = join(ROOT, 'dist/bin/main.js');
  const newest = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((most, { parentPath, name }) => Math.max(most, statSync(join(parentPath, name)).mtimeMs), 0);
  if (!existsSync(built) || statSync(built).mtimeMs < newest) throw new Error('first: make build');
}

/** Runs a test in a folder of its own, in memory where that is possible. */
export async function inScratch<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(scratch, 'binflash-faults-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface Setting {
  /** What happens to files in `folder`. */
  readonly faults?: { readonly folder: string; readonly faults: readonly Fault[] };
  /** Commands of a shell that come first, e.g. `ulimit -f 8`. */
  readonly before?: string;
  /** What stands behind the command line in the shell, e.g. `> file`. */
  readonly redirect?: string;
  /** Standard output is a pipe from which nobody reads. */
  readonly isUnread?: boolean;
  /** Run as this user, where we may. */
  readonly uid?: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

let preload: string | undefined;

afterAll(() => {
  if (preload !== undefined) rmSync(preload);
});

/** The disk as a module that Node loads before the program. */
function diskModule(): string {
  if (preload !== undefined) return preload;
  const { outputFiles } = buildSync({
    entryPoints: [join(ROOT, 'test/faults/preload.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  preload = join(scratch, `binflash-disk-${process.pid}.mjs`);
  writeFileSync(preload, outputFiles[0]!.contents);
  return preload;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What has come so far. */
  stderr(): string;
}

/** Starts the program and leaves it running. */
export function start(args: readonly string[], setting: Setting = {}): Started {
  const { faults, before, redirect, uid, isUnread = false } = setting;
  const imports = faults === undefined ? [] : ['--import', diskModule()];
  const command = [process.execPath, ...imports, PROGRAM, ...args];
  const shell = ['bash', '-c', `${before ?? 'true'}; exec "$@" ${redirect ?? ''}`, 'sh', ...command];
  const isPlain = before === undefined && redirect === undefined;
  const [file, ...rest] = isPlain ? command : shell;
  const child = spawn(file!, rest, {
    env: { ...process.env, NO_COLOR: '1', ...(faults && { BINFLASH_FAULTS: JSON.stringify(faults) }) },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const stderr = (): string => Buffer.concat(err).toString();
  if (!isUnread) child.stdout.on('data', (data: Buffer) => out.push(data));
  child.stderr.on('data', (data: Buffer) => err.push(data));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(out), stderr: stderr() }),
    );
  });
  return { child, ended, stderr };
}

/** Runs the program to its end. */
export function program(args: readonly string[], setting?: Setting): Promise<Ended> {
  return start(args, setting).ended;
}
