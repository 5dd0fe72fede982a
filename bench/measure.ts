import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** One run of a program as a whole process. */
export interface Run {
  readonly seconds: number;
  /** Peak resident memory in MB; like the next, read from the kernel every 5 ms, so short runs may be missed (0). */
  readonly memory: number;
  /** Seconds of processor time, of all its threads but not of programs that it started. */
  readonly processor: number;
}

/** Runs a command to its end, its output thrown away or into a file, and times it from outside. */
export async function measure(command: readonly string[], stdout?: string): Promise<Run> {
  const [program, ...args] = command;
  const file = stdout === undefined ? undefined : await open(stdout, 'w');
  let memory = 0;
  let processor = 0;
  try {
    const begun = performance.now();
    const child = spawn(program!, args, { stdio: ['ignore', file?.fd ?? 'ignore', 'inherit'] });
    const timer = setInterval(() => {
      memory = Math.max(memory, peakMemory(child.pid!));
      processor = Math.max(processor, processorTime(child.pid!));
    }, 5);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    clearInterval(timer);
    if (code !== 0) throw new Error(`${program} ended with ${code}`);
    return { seconds: (performance.now() - begun) / 1000, memory, processor };
  } finally {
    await file?.close();
  }
}

function peakMemory(pid: number): number {
  try {
    const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return match ? Number(match[1]) / 1000 : 0;
  } catch {
    return 0;
  }
}

/** The kernel counts in hundredths of seconds. */
function processorTime(pid: number): number {
  try {
    // Behind the name of the program, which may hold anything: the 14th and 15th field of all.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
