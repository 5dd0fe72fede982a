import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ran {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

// A file of its own: behind -e, node would take the word "inspect" for its debugger.
const SHIM = fileURLToPath(new URL('shim.ts', import.meta.url));

/** Runs the command line from its sources, in a process of its own as users do, with `input` on standard input. */
export function binflash(
  args: readonly string[],
  env: Record<string, string> = {},
  input?: Uint8Array,
): Promise<Ran> {
  const child = spawn(process.execPath, ['--import', 'tsx', SHIM, ...args], {
    env: { ...process.env, ...env, NO_COLOR: '1' },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdin?.end(input);
  child.stdout!.on('data', (data: Buffer) => out.push(data));
  child.stderr!.on('data', (data: Buffer) => err.push(data));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() }),
    );
  });
}
