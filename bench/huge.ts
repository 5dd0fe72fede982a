import { rm, stat } from 'node:fs/promises';
import { freeSpace } from './cache.ts';
import { binflash, clean, rewriting } from './commands.ts';
import { measure, type Run } from './measure.ts';
import { findingsTable } from './rounds.ts';
import { repeatedBinlog, workloadBinlog } from './workload.ts';

const GIB = 2 ** 30;
/** Left free for others. */
const SPARE = 8 * GIB;

interface Huge {
  readonly what: string;
  readonly name: string;
  /** Of the log that is repeated: rows of nine columns, or of two INTs. */
  readonly kind: 'rows' | 'tiny';
  readonly bytes: number;
  readonly oneTransaction?: boolean;
  /** To a file, or where there may be no room for another one, to standard output. */
  readonly toFile: boolean;
}

const FILES: readonly Huge[] = [
  {
    what: '100 million changes of rows of two INTs',
    name: 'huge-tiny',
    kind: 'tiny',
    // Forty times 2.5 million.
    bytes: 1_084_000_000,
    toFile: true,
  },
  { what: '10 GiB', name: 'huge-10', kind: 'rows', bytes: 10 * GIB, toFile: true },
  {
    what: '20 GiB in one transaction',
    name: 'huge-20',
    kind: 'rows',
    bytes: 20 * GIB,
    oneTransaction: true,
    toFile: false,
  },
  { what: '40 GiB', name: 'huge-40', kind: 'rows', bytes: 40 * GIB, toFile: false },
];

/** Memory of files of tens of GiB against that of the 338 MB case: once each, for they take minutes. */
export async function measureHuge(): Promise<string[]> {
  const small = await measure(rewriting(await workloadBinlog('mysql-9.7')));
  await clean();
  const lines = [
    'Each once. The transactions of the 338 MB case, or of the tiny rows, over and over; the undo of more than 10 GiB to /dev/null.',
    '',
    '| run | seconds | processor seconds | peak memory, MB |',
    '|---|---|---|---|',
    line('binflash rewrite, 338 MB', small),
  ];
  const found: Parameters<typeof findingsTable>[0][number][] = [];
  for (const huge of FILES) {
    if ((await freeSpace()) < huge.bytes * (huge.toFile ? 2 : 1) + SPARE) {
      lines.push(line(`${huge.what}: no room on the disk`));
      continue;
    }
    const { run, bytes } = await measureOne(huge);
    lines.push(line(`binflash rewrite, ${huge.what}`, run));
    found.push(
      {
        name: `${huge.what}: memory more than of 338 MB`,
        values: [run.memory - small.memory],
        unit: ' MB',
        aim: { most: 67 },
      },
      { name: `${huge.what}: read and undone`, values: [bytes / 1e6 / run.seconds], unit: ' MB/s' },
    );
  }
  return [...lines, '', ...findingsTable(found)];
}

async function measureOne({
  name,
  kind,
  bytes,
  oneTransaction = false,
  toFile,
}: Huge): Promise<{ run: Run; bytes: number }> {
  const file = await repeatedBinlog(kind, name, { bytes, oneTransaction });
  try {
    const run = toFile
      ? await measure(rewriting(file))
      : await measure(binflash('rewrite', file, '-o', '-', '--quiet'), '/dev/null');
    return { run, bytes: (await stat(file)).size };
  } finally {
    // Others want the disk too.
    await rm(file);
    await clean();
  }
}

function line(name: string, run?: Run): string {
  const cells = [run?.seconds.toFixed(1), run?.processor.toFixed(1), run?.memory.toFixed(0)];
  return `| ${[name, ...cells.map((cell) => cell ?? '')].join(' | ')} |`;
}
