import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Binlog } from '../builder/binlog.ts';
import { incident, query } from '../builder/events.ts';
import { mysql97 } from '../builder/format.ts';
import { effects } from '../builder/oracle.ts';
import { readBinlog } from '../builder/reader.ts';
import { change, insert } from '../builder/shop.ts';
import { inFolder } from '../helpers.ts';
import { binflash, type Ran } from './run.ts';

function good(): Binlog {
  const log = new Binlog(mysql97);
  log.transaction(insert(1, 2));
  log.transaction(change('delete', [3]));
  return log;
}

const FILES: Record<string, () => Buffer> = {
  good: () => good().bytes(),
  damaged: () => {
    const bytes = good().bytes();
    bytes[bytes.length - 30]! ^= 1;
    return bytes;
  },
  altered: () => {
    const log = good();
    log.add(query('TRUNCATE TABLE orders', { database: 'shop' }), incident('lost\u001b[31m events'));
    return log.bytes();
  },
  existing: () => Buffer.from('precious'),
};

/** `@name` stands for a file in the test's folder; `-o` alone gets an output there. */
const RUNS = {
  rewritten: ['rewrite', '@good', '-o', '@new'],
  quiet: ['rewrite', '@good', '-o', '@new', '-q'],
  streamed: ['rewrite', '@good', '-o', '-'],
  debugged: ['rewrite', '@good', '-o', '-', '-q', '--log-level', 'debug'],
  dry: ['rewrite', '@good', '--dry-run', '--type', 'delete'],
  json: ['rewrite', '@good', '-o', '@new', '--json', '--xid', '101,102'],
  where: ['rewrite', '@good', '-o', '@new', '--json', '--where', 'shop.orders: @1 in (1, 3)'],
  badWhere: ['rewrite', '@good', '-o', '@new', '--where', 'shop.orders: @1 in (1, 3'],
  nothing: ['rewrite', '@good', '-o', '@new', '-T', 'shop.x'],
  damaged: ['rewrite', '@damaged', '-o', '@new'],
  altered: ['rewrite', '@altered', '-o', '@new'],
  skipped: ['rewrite', '@altered', '-o', '@new', '--skip-ddl', '--skip-incidents'],
  existing: ['rewrite', '@good', '-o', '@existing'],
  missing: ['rewrite', '@missing', '-o', '@new'],
  misspelt: ['rewrite', '@good', '-o', '@new', '--tabel', 'a.b'],
  noOutput: ['rewrite', '@good'],
  noCommand: [],
  badCommand: ['rewrit', '@good'],
  badSize: ['rewrite', '@good', '-o', '@new', '--max-event-size', '1X'],
  badTime: ['rewrite', '@good', '-o', '@new', '--start-datetime', 'yesterday'],
  badType: ['rewrite', '@good', '-o', '@new', '--type', 'upsert'],
  twice: ['rewrite', '@good', '-o', '@new', '-j', '4', '-j', '5'],
  badPosition: ['rewrite', '@good', '-o', '@new', '-j', '5x'],
  flagValue: ['rewrite', '@good', '-o', '@new', '--dry-run=1'],
  emptyList: ['rewrite', '@good', '-o', '@new', '-T', ','],
  tooLarge: ['rewrite', '@good', '-o', '@new', '--max-event-size', '8G'],
  asOption: ['rewrite', '@good', '--binlog', '@damaged', '-o', '@new'],
  afterDashes: ['inspect', '--', '@good'],
  attached: ['rewrite', '@good', '-dshop', '-Tshop.*', '-o', '@new'],
  optionFirst: ['-q', 'rewrite', '@good', '-o', '@new'],
  negated: ['rewrite', '@good', '--no-output', '--json=true'],
  help: ['rewrite', '--help'],
  inspected: ['inspect', '@good'],
  inspectedJson: ['inspect', '@altered', '--json'],
} satisfies Record<string, string[]>;

type Name = keyof typeof RUNS;
type Result = Ran & { files: string[]; written: Buffer | undefined };
const results = {} as Record<Name, Result>;

async function run(args: readonly string[]): Promise<Result> {
  return inFolder(async (folder) => {
    for (const [name, make] of Object.entries(FILES)) await writeFile(join(folder, name), make());
    const ran = await binflash(args.map((arg) => arg.replace(/^@/, `${folder}/`)));
    const files = (await readdir(folder)).filter((name) => !(name in FILES));
    const written = files.includes('new') ? await readFile(join(folder, 'new')) : undefined;
    expect(await readFile(join(folder, 'existing'), 'utf8')).toBe('precious');
    return { ...ran, files, written };
  });
}

// Starting a process takes most of a second, so all of them are started here, two at a time.
beforeAll(async () => {
  const names = Object.keys(RUNS) as Name[];
  const worker = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop())
      results[name] = await run(RUNS[name]);
  };
  await Promise.all([worker(), worker()]);
}, 300_000);

describe('exit codes', () => {
  it.each<[Name, number]>([
    ['rewritten', 0],
    ['quiet', 0],
    ['streamed', 0],
    ['dry', 0],
    ['json', 0],
    ['where', 0],
    ['badWhere', 2],
    ['skipped', 0],
    ['help', 0],
    ['inspected', 0],
    ['inspectedJson', 0],
    ['nothing', 1],
    ['existing', 2],
    ['misspelt', 2],
    ['noOutput', 2],
    ['noCommand', 2],
    ['badCommand', 2],
    ['badSize', 2],
    ['badTime', 2],
    ['badType', 2],
    ['badPosition', 2],
    ['twice', 2],
    ['flagValue', 2],
    ['emptyList', 2],
    ['tooLarge', 2],
    ['asOption', 2],
    ['afterDashes', 0],
    ['attached', 0],
    ['optionFirst', 2],
    ['negated', 2],
    ['damaged', 3],
    ['altered', 4],
    ['missing', 5],
  ])('%s: %i', (name, code) => {
    expect([results[name].code, results[name].stderr]).toEqual([code, expect.anything()]);
    // Only what is done leaves a file, and nothing leaves a temporary one.
    const writes = ['rewritten', 'quiet', 'json', 'where', 'skipped', 'attached'].includes(name);
    expect(results[name].files).toEqual(writes ? ['new'] : []);
  });
});

describe('messages', () => {
  it.each<[Name, RegExp]>([
    ['nothing', /nothing matches the selection.*shop\.orders/],
    ['existing', /exists already[\s\S]*--force/],
    ['misspelt', /unknown option --tabel\n.*--table\?/],
    ['noOutput', /-o undo\.binlog.*--dry-run/],
    ['badCommand', /rewrite\?/],
    ['badSize', /--max-event-size "1X"/],
    ['badTime', /--start-datetime "yesterday"[\s\S]*2026-/],
    ['badWhere', /--where: , or \) was expected here\n {2}shop\.orders: @1 in \(1, 3\n {26}\^/],
    ['badType', /--type "upsert".*insert, update, delete/],
    ['badPosition', /--start-position "5x"/],
    ['optionFirst', /-q stands before the command\n.*first/],
    ['negated', /unknown option --no-output/],
    ['twice', /--start-position is given 2 times/],
    ['flagValue', /--dry-run takes no value/],
    ['emptyList', /--table needs a value/],
    ['tooLarge', /--max-event-size 8G is too large/],
    ['asOption', /unknown option --binlog/],
    ['damaged', /damaged:\d+, \w+: the checksum does not match/],
    ['altered', /altered:\d+, QUERY: "TRUNCATE TABLE orders"[\s\S]*--skip-ddl[\s\S]*INCIDENT/],
    ['missing', /missing: cannot be opened: no such file or folder/],
  ])('%s', (name, message) => {
    expect(results[name].stderr).toMatch(message);
    expect(results[name].stderr).toMatch(/^binflash: /);
    if (name !== 'negated') expect(results[name].stdout.toString()).toBe('');
  });

  it('control characters from a file do not reach the terminal', () => {
    expect(results.altered.stderr).toContain('lost\\u{1b}[31m events');
    expect(results.altered.stderr).not.toContain('\u001b');
  });
});

describe('results', () => {
  it('the file is the undo, and the summary says what it undoes and how to replay it', () => {
    expect(effects([readBinlog(results.rewritten.written!)]).map((t) => t.map(({ kind }) => kind))).toEqual([
      ['insert'],
      ['delete', 'delete'],
    ]);
    expect(results.rewritten.stdout).toHaveLength(0);
    expect(results.rewritten.stderr).toMatch(
      /3 row changes in 2 transactions[\s\S]*2 inserts removed, 1 delete restored/,
    );
    expect(results.rewritten.stderr).toMatch(/mysqlbinlog \S*new \| mysql --binary-mode/);
    expect(results.quiet.stderr).toBe('');
    expect(results.quiet.written).toEqual(results.rewritten.written);
  });

  it('on standard output the undo is the same bytes', () => {
    expect(results.streamed.stdout.equals(results.rewritten.written!)).toBe(true);
  });

  it('where time goes is told on standard error, line by line, to those who ask', () => {
    const { stdout, stderr } = results.debugged;
    expect(stdout.equals(results.rewritten.written!)).toBe(true);
    const lines = stderr.trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^\[\d+\.\d{3}\] /);
    const phases = lines.map((line) => /\] (\w+)/.exec(line)?.[1]).filter((word) => word !== undefined);
    expect(phases).toEqual(['binflash', 'scan', 'plan', 'write', 'done']);
  });

  it('a dry run tells on standard output', () => {
    expect(results.dry.stdout.toString()).toMatch(/Would undo 1 row change in 1 transaction/);
  });

  it('JSON is one document', () => {
    expect(JSON.parse(results.json.stdout.toString())).toMatchObject({
      dryRun: false,
      transactions: 2,
      rows: 3,
      tables: [{ table: 'shop.orders', insert: 2, update: 0, delete: 1 }],
      bytes: results.json.written!.length,
      refusals: [],
    });
    expect(JSON.parse(results.inspectedJson.stdout.toString())).toMatchObject({
      files: [{ flavour: 'mysql', serverVersion: '9.7.4', transactions: 2, rows: 3 }],
      blockers: [{ code: 'DDL' }, { code: 'INCIDENT' }],
    });
  });

  it('the help lists every option once, under its group', () => {
    const help = results.help.stdout.toString();
    for (const option of ['--output', '--start-position', '--skip-ddl', '--json'])
      expect(help.split(`${option} `)).toHaveLength(2);
    expect(help).toMatch(/-j, --start-position/);
  });

  it('inspect shows files and tables', () => {
    expect(results.inspected.stdout.toString()).toMatch(
      /MySQL 9\.7\.4[\s\S]*2 transactions with 3 row changes[\s\S]*shop\.orders/,
    );
  });

  it('the environment is weaker than a flag', { timeout: 300_000 }, async () => {
    const env = { BINFLASH_TYPE: 'update' };
    await inFolder(async (folder) => {
      const path = join(folder, 'good');
      await writeFile(path, FILES.good!());
      const [byEnvironment, byFlag] = await Promise.all([
        binflash(['rewrite', path, '--dry-run'], env),
        binflash(['rewrite', path, '--dry-run', '--type', 'insert'], env),
      ]);
      expect([byEnvironment.code, byFlag.code]).toEqual([1, 0]);
      expect(byFlag.stdout.toString()).toContain('2 row changes');
    });
  });
});

it('an error is a document wherever JSON was asked for', () => {
  expect(JSON.parse(results.negated.stdout.toString())).toMatchObject({ error: { code: 'USAGE' } });
});
