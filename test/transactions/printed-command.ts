import { execFileSync } from 'node:child_process';
import { readSelection } from '../../src/cli/arguments.ts';
import { type RewriteResult, rewrite } from '../../src/index.ts';
import { type BinlogRecord, readBinlog } from '../builder/reader.ts';

/** Does what a shell and `binflash` would do with a printed command, but for writing the file. */
export async function runPrinted(command: string): Promise<{ result: RewriteResult; log: BinlogRecord }> {
  // The shell must end up with the words, whatever is in the names.
  const words = execFileSync('sh', ['-c', `binflash() { printf '%s\\0' "$@"; }\n${command}`])
    .toString()
    .split('\0')
    .slice(0, -1);
  const inputs: string[] = [];
  const args: Record<string, string[]> = {};
  if (words[0] !== 'rewrite') throw new Error(`not a rewrite: ${words[0]}`);
  for (let i = 1; i < words.length; i++) {
    const [, name, tied] = /^--?([^=]+)(?:=(.*))?$/s.exec(words[i]!) ?? [];
    if (name === undefined) {
      inputs.push(words[i]!);
      continue;
    }
    args[name] ??= [];
    args[name].push(tied ?? words[++i]!);
  }
  const { o: output, ...options } = args;
  if (output?.join() !== 'undo.binlog') throw new Error(`the output is ${output}`);
  const pieces: Uint8Array[] = [];
  const result = await rewrite({
    inputs,
    select: readSelection(
      Object.fromEntries(
        Object.entries(options).map(([name, list]) => [name, list.length > 1 ? list : list[0]]),
      ),
    ),
    output: { write: async (piece) => void pieces.push(Uint8Array.from(piece)) },
  });
  return { result, log: readBinlog(Buffer.concat(pieces)) };
}
