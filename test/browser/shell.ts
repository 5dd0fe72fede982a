import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../servers/process.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/binflash.js', import.meta.url));

/** Runs a command line in a folder by a POSIX shell, which finds the built `binflash` in its path. */
export async function inShell(command: string, folder: string): Promise<string> {
  const programs = await mkdtemp(join(tmpdir(), 'binflash-bin-'));
  try {
    const program = join(programs, 'binflash');
    await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
    await chmod(program, 0o755);
    const env = { ...process.env, PATH: `${programs}:${process.env.PATH}`, NO_COLOR: '1' };
    return (await run('sh', ['-c', command], { cwd: folder, env })).toString();
  } finally {
    await rm(programs, { recursive: true, force: true });
  }
}
