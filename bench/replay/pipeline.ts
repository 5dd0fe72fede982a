import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Command } from '../../test/servers/programs.ts';

/** One replay: how long it took, and what each of the three programs had of it. */
export interface Replayed {
  readonly seconds: number;
  /** Seconds of processor time; the server's hold what its background threads did meanwhile. */
  readonly binlogCpu: number;
  readonly clientCpu: number;
  readonly serverCpu: number;
  /** Peak resident memory in MB. */
  readonly clientMemory: number;
  readonly serverMemory: number;
}

/** Kernel ticks of processor time a second: the same on every Linux that Node runs on. */
const TICKS = 100;

/** Runs `mysqlbinlog ... | mysql ...` to its end and watches both and the server. */
export async function replay(
  binlog: Command,
  client: Command,
  env: NodeJS.ProcessEnv,
  serverPid: number,
): Promise<Replayed> {
  // Makes the kernel count the server's peak from here on.
  writeFileSync(`/proc/${serverPid}/clear_refs`, '5');
  const before = cpu(serverPid);
  const begun = performance.now();
  const reading = start(binlog, env, 'ignore', 'pipe');
  const output = reading.stdout as Readable;
  const applying = start(client, env, output, 'ignore');
  // The client has the pipe's end now; kept open here, it would hide from mysqlbinlog that the client died.
  output.destroy();
  let binlogCpu = 0;
  let clientCpu = 0;
  let clientMemory = 0;
  const timer = setInterval(() => {
    binlogCpu = Math.max(binlogCpu, cpu(reading.pid!));
    clientCpu = Math.max(clientCpu, cpu(applying.pid!));
    clientMemory = Math.max(clientMemory, peak(applying.pid!));
  }, 5);
  await Promise.all([ended(reading), ended(applying)]);
  const seconds = (performance.now() - begun) / 1000;
  clearInterval(timer);
  const serverCpu = cpu(serverPid) - before;
  return { seconds, binlogCpu, clientCpu, serverCpu, clientMemory, serverMemory: peak(serverPid) };
}

function start(
  [program, ...args]: Command,
  env: NodeJS.ProcessEnv,
  input: Readable | 'ignore',
  output: 'pipe' | 'ignore',
): ChildProcess {
  return spawn(program, args, { env, stdio: [input, output, 'inherit'] });
}

async function ended(child: ChildProcess): Promise<void> {
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`a program of the replay ended with ${code}`);
}

/** User and system time of a process in seconds; 0 when it has ended. */
function cpu(pid: number): number {
  const fields = proc(pid, 'stat').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
}

function peak(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(proc(pid, 'status'))?.[1] ?? 0) / 1000;
}

function proc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
