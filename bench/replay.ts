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
  { name: '256K', eventSize: 256 * KIB },
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
    'Seconds: median (min to max), every replay followed by CHECKSUM TABLE. `8K in 8M`: events of 8 KiB, as a server',
    'writes them, in statements of 8 MiB. Processor seconds: `mysqlbinlog` + client + server.',
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
      process.stderr.write(`${id}: ${line(one.name, results.get(one)!, wall)}\n`);
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
    ...table(`**${id}**, wall time (rows)`, wall),
    ...table(`${id}, processor time`, (runs) =>
      (['binlogCpu', 'clientCpu', 'serverCpu'] as const)
        .map((program) => median(runs.map((run) => run[program])).toFixed(2))
        .join(' + '),
    ),
    ...table(`${id}, peak memory in MB: client, server`, (runs) =>
      (['clientMemory', 'serverMemory'] as const)
        .map((program) => median(runs.map((run) => run[program])).toFixed(0))
        .join(', '),
    ),
    '',
    `${id}, wall time as a multiple of that of ${DEFAULT}, pair by pair: ${averages(cases, results)}`,
  ];
}

/** All packings and the way forward in turn, begun with another one in each round, after a round that is not counted. */
async function measureCase(stage: Stage, one: ReplayCase, rounds: number): Promise<Results> {
  await stage.prepare(one, PACKINGS);
  const results = new Map<string, Replayed[]>(COLUMNS.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (let i = 0; i < PACKINGS.length; i++) {
      const packing = PACKINGS[(i + round) % PACKINGS.length]!;
      const run = await stage.undo(packing);
      if (round > 0) results.get(packing.name)!.push(run);
    }
    const run = await stage.forward();
    if (round > 0) results.get(FORWARD)!.push(run);
    await stage.purge();
  }
  return results;
}

function line(name: string, results: Results, cell: (runs: readonly Replayed[]) => string): string {
  return `| ${name} | ${COLUMNS.map((column) => cell(results.get(column)!)).join(' | ')} |`;
}

function wall(runs: readonly Replayed[]): string {
  const times = runs.map(({ seconds }) => seconds);
  return `${median(times).toFixed(2)} (${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)})`;
}

/** The geometric mean over all cases of the ratio to the default. */
function averages(cases: readonly ReplayCase[], results: ReadonlyMap<ReplayCase, Results>): string {
  return COLUMNS.map((column) => {
    const ratios = cases.map((one) => {
      const all = results.get(one)!;
      const base = all.get(DEFAULT)!;
      return median(all.get(column)!.map(({ seconds }, i) => seconds / base[i]!.seconds));
    });
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    return `${column} ${mean.toFixed(2)}`;
  }).join(', ');
}
