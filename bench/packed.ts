import { execFileSync } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EventCode } from '../src/binlog/event-types.ts';
import { parsePayload } from '../src/binlog/transaction-payload.ts';
import { CACHE, cached } from './cache.ts';
import { clean, copying, megabytes, undo } from './commands.ts';
import { type Case, type Finding, runRounds } from './rounds.ts';
import { workloadBinlog } from './workload.ts';

const UNPACKED = join(CACHE, `${process.pid}.unpacked`);

/**
 * `binflash rewrite` of compressed transactions against `zstd -d` of the same bytes and copying what comes of it. On
 * the Node that BINFLASH_BENCH_NODE names, or this one: with zstd of its own, where the aim is to be held against.
 */
export async function measurePacked(rounds: number): Promise<string[]> {
  const node = process.env.BINFLASH_BENCH_NODE ?? process.execPath;
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  const native = execFileSync(node, ['-p', "typeof require('zlib').zstdDecompressSync"], {
    encoding: 'utf8',
  });
  const hasNative = native.trim() === 'function';
  const lines = [`Node ${version}, ${hasNative ? 'with' : '**without**'} zstd of its own`, ''];
  for (const [kind, what] of [
    ['packed', '3000 transactions of 500 or 1000 row changes'],
    ['packed-large', 'three transactions of 2.5 million row changes in all'],
  ] as const) {
    const file = await workloadBinlog('mysql-9.7', kind);
    const payloads = await payloadsOf(file, kind);
    lines.push(...(await measureOne(rounds, node, file, payloads, what)), '');
  }
  return lines.slice(0, -1);
}

async function measureOne(
  rounds: number,
  node: string,
  file: string,
  payloads: string,
  what: string,
): Promise<string[]> {
  try {
    execFileSync('zstd', ['-d', '-q', '-f', payloads, '-o', UNPACKED]);
    const unzstd = {
      name: 'zstd -d to a file',
      command: ['zstd', '-d', '-q', '-f', payloads, '-o', UNPACKED],
    };
    const nowhere = { name: 'zstd -d to /dev/null', command: ['zstd', '-d', '-q', '-c', payloads] };
    const dd = { name: 'dd of the result', command: copying(UNPACKED) };
    const rewrite = ['rewrite', file, '-o', undo, '--force', '--quiet'];
    const ours: Case = { name: 'binflash rewrite', command: [node, 'bin/binflash.js', ...rewrite] };
    const against = (unpacking: Case): Finding => ({
      name: `binflash / (${unpacking.name} + dd)`,
      of: (run) => run(ours.name).seconds / (run(unpacking.name).seconds + run(dd.name).seconds),
      aim: { most: 2 },
    });
    return [
      `${what}: ${await megabytes(file)} packed, ${await megabytes(UNPACKED)} unpacked`,
      '',
      ...(await runRounds([unzstd, nowhere, dd, ours], [against(unzstd), against(nowhere)], rounds, clean)),
    ];
  } finally {
    await rm(UNPACKED, { force: true });
  }
}

/** The content of all TRANSACTION_PAYLOADs of a file, one behind the other: what `zstd -d` takes. */
function payloadsOf(file: string, kind: string): Promise<string> {
  return cached(`${kind}.zst`, async (path) => {
    const bytes = await readFile(file);
    const target = await open(path, 'w');
    try {
      for (let start = 4; start < bytes.length; ) {
        const end = start + bytes.readUInt32LE(start + 9);
        if (bytes[start + 4] === EventCode.TRANSACTION_PAYLOAD) {
          const payload = parsePayload(bytes, start, end - 4);
          await target.writeFile(bytes.subarray(payload.start, payload.end));
        }
        start = end;
      }
    } finally {
      await target.close();
    }
  });
}
