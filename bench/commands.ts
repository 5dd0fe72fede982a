import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE } from './cache.ts';
import { type Aim, type Case, type Finding, runRounds, times } from './rounds.ts';

/** What is measured writes these, in the folder that the inputs are in: copy and undo cost one file system. */
export const undo: string = join(CACHE, `${process.pid}.undo`);
export const copy: string = join(CACHE, `${process.pid}.copy`);

/** Each run finds its target missing: replacing a large file costs the file system extra. */
export async function clean(): Promise<void> {
  await Promise.all([undo, copy].map((path) => rm(path, { force: true })));
}

/** `binflash` as people run it. */
export function binflash(...args: string[]): string[] {
  return ['node', 'bin/binflash.js', ...args];
}

export function rewriting(file: string): string[] {
  return binflash('rewrite', file, '-o', undo, '--force', '--quiet');
}

/** What reading a file and durably writing as much costs. */
export function copying(file: string): string[] {
  return ['dd', `if=${file}`, `of=${copy}`, 'bs=4M', 'conv=fsync', 'status=none'];
}

export async function megabytes(path: string): Promise<string> {
  return `${((await stat(path)).size / 1e6).toFixed(0)} MB`;
}

const NAMES = { ours: 'binflash rewrite', copy: 'dd' };

/** `binflash rewrite` of one file against copying it; `rows` are the row changes in it, where they are many. */
export async function againstCopying(
  rounds: number,
  file: string,
  what: string,
  aims: { readonly rows?: number; readonly copying?: Aim; readonly millionRows?: Aim },
): Promise<string[]> {
  const cases: Case[] = [
    { name: NAMES.copy, command: copying(file) },
    { name: NAMES.ours, command: rewriting(file) },
  ];
  const findings: Finding[] = [times('binflash / dd', NAMES.ours, NAMES.copy, aims.copying)];
  const { rows } = aims;
  if (rows !== undefined) {
    findings.push({
      name: 'million row changes a second',
      of: (run) => rows / 1e6 / run(NAMES.ours).seconds,
      aim: aims.millionRows,
    });
  }
  return [`${what}: ${await megabytes(file)}`, '', ...(await runRounds(cases, findings, rounds, clean))];
}
