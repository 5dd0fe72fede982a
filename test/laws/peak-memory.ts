import { readFileSync } from 'node:fs';

/** The most memory that this process had, in MiB. */
export function peak(): number {
  return Math.round(peakOfProcess() / 1024);
}

/** What getrusage tells begins, on Linux, with the memory of the process that started this one. */
function peakOfProcess(): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}
