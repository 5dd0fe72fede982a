import { readFileSync } from 'node:fs';
import { show } from '../../src/show/show.ts';

// Shows the file named on the command line to nobody, and says how many characters that were, and the most memory that
// this process had, in MiB.
let characters = 0;
const write = async (text: string | Uint8Array): Promise<void> => {
  characters += text.length;
};
await show({ inputs: [process.argv[2]!], write });

/** What getrusage tells begins, on Linux, with the memory of the process that started this one. */
function peak(): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}

console.log(JSON.stringify({ characters, peak: Math.round(peak() / 1024) }));
