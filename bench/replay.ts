import { type ServerId, selectedServerIds } from '../test/servers/index.ts';
import { median } from './measure.ts';
import { type ReplayCase, replayCases } from './replay/cases.ts';
import type { Replayed } from './replay/pipeline.ts';
import { type Packing, Stage } from './replay/stage.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** The last one is what a server's own binary log looks like, and is no way in which binflash writes. */
const PACKINGS: readonly Packing[] = [
  { name: '8K', eventSize: 8 * KIB },
  { name: '64K', eventSize: 64 * KIB },
  { name: '1M', eventSize: MIB },
  { name: '4M', eventSize: 4 * MIB },
  { name: '8M', eventSize: 8 * MIB },
  { name: '8K in 8M', eventSize: 8 * KIB, statementSize: 8 * MIB },
];
const FORWARD = 'forward';
const COLUMNS = [FORWARD, ...PACKINGS.map(({ name }) => name)];
/** What the others are compared with. */
const DEFAULT = '1M';

type Results = ReadonlyMap<string, readonly Replayed[]>;

/**
 * The replay of an undo, by the size of its events, against the replay of the change itself, on the servers that
 * BINFLASH_TEST_SERVERS lists, or one of each flavour.
 */
export async function measureReplay(rounds: number): Promise<string[]> {
  const ids: readonly ServerId[] = process.env.BINFLASH_TEST_SERVERS
    ? selectedServerIds()
    : ['mysql-9.7', 'mariadb-11.8'];
  const lines = [
    'Columns: the change replayed forward, and its undo by the size of rows events. `8K in 8M`: events of 8 KiB, as a',
    'server writes them, in statements of 8 MiB. Every replay was followed by CHECKSUM TABLE.',
  ];
  for (const id of ids) lines.push(...(await measureServer(id, rounds)));
  return lines;
}

async function measureServer(id: ServerId, rounds: number): Promise<string[]> {
  const cases = replayCases(id);
  const results = new Map<ReplayCase, Results>();
  const stage = await Stage.open(id);
  try {
    for (const one of cases) {
      results.set(one, await measureCase(stage, one, rounds));
      const total = (runs: readonly Replayed[]): string => median(runs.map(processor)).toFixed(2);
      process.stderr.write(`${id}: ${line(one.name, results.get(one)!, total)}\n`);
    }
  } finally {
    await stage.close();
  }
  const table = (title: string, cell: (runs: readonly Replayed[]) => string): string[] => [
    '',
    title,
    '',
    `| case | ${COLUMNS.join(' | ')} |`,
    `|---${'|---'.repeat(COLUMNS.length)}|`,
    ...cases.map((one) => line(`${one.name} (${one.rows})`, results.get(one)!, cell)),
  ];
  return [
    ...table(`**${id}**, processor seconds of mysqlbinlog + client + server (rows)`, (runs) =>
      (['binlogCpu', 'clientCpu', 'serverCpu'] as const)
        .map((program) => median(runs.map((run) => run[program])).toFixed(2))
        .join(' + '),
    ),
    ...table(`${id}, wall time: median (min to max)`, (runs) => {
      const times = runs.map(({ seconds }) => seconds);
      return `${median(times).toFixed(2)} (${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)})`;
    }),
    ...table(`${id}, peak memory in MB: client, server`, (runs) =>
      (['clientMemory', 'serverMemory'] as const)
        .map((program) => median(runs.map((run) => run[program])).toFixed(0))
        .join(', '),
    ),
    '',
    `${id}, as a multiple of ${DEFAULT}, pair by pair, mean of all cases:`,
    `processor time: ${averages(results, processor)};`,
    `wall time: ${averages(results, ({ seconds }) => seconds)}.`,
  ];
}

function processor({ binlogCpu, clientCpu, serverCpu }: Replayed): number {
  return binlogCpu + clientCpu + serverCpu;
}

/** All packings and the way forward in turn, begun with another one in each round, after one of each way that is not counted. */
async function measureCase(stage: Stage, one: ReplayCase, rounds: number): Promise<Results> {
  await stage.prepare(one, PACKINGS);
  const results = new Map<string, Replayed[]>(COLUMNS.map((name) => [name, []]));
  await stage.undo(PACKINGS[0]!);
  await stage.forward();
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < PACKINGS.length; i++) {
      const packing = PACKINGS[(i + round) % PACKINGS.length]!;
      results.get(packing.name)!.push(await stage.undo(packing));
    }
    results.get(FORWARD)!.push(await stage.forward());
    await stage.purge();
  }
  return results;
}

function line(name: string, results: Results, cell: (runs: readonly Replayed[]) => string): string {
  return `| ${name} | ${COLUMNS.map((column) => cell(results.get(column)!)).join(' | ')} |`;
}

/** The geometric mean over all cases of the ratio to the default. */
function averages(results: ReadonlyMap<ReplayCase, Results>, value: (run: Replayed) => number): string {
  return COLUMNS.map((column) => {
    const ratios = [...results.values()].map((packings) => {
      const base = packings.get(DEFAULT)!;
      return median(packings.get(column)!.map((run, i) => value(run) / value(base[i]!)));
    });
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    return `${column} ${mean.toFixed(2)}`;
  }).join(', ');
}
