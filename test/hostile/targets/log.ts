import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logOfFrames } from '../frames.ts';
import { readers, runReader } from '../readers.ts';

const names = Object.keys(readers);
const folder = mkdtempSync(join(tmpdir(), 'binflash-fuzz-'));
const input = join(folder, 'bin.000001');

/** Filters of every kind of comparison, for tables of any name. */
const WHERE = [
  undefined,
  ['@1 = 5 OR @2 LIKE "%a%"'],
  ['changed(@1) AND NOT (before.@2 <=> after.@2)'],
  ["@1 IN (1, 'x', NULL, 2.5) XOR @2 BETWEEN '2020-01-01' AND 1e9 OR @3 IS NOT NULL"],
  ["@3 < 'shop' OR @1 >= -1 OR @2 > '10:20:30'"],
];

/**
 * A whole log of one file: byte 0 tells the flavour (lowest bit), which reader reads it and with which row filter; the
 * rest are the frames.
 */
export async function fuzz(data: Buffer): Promise<void> {
  const choice = data[0] ?? 0;
  const name = names[(choice >> 1) % names.length]!;
  const where = WHERE[Math.floor((choice >> 1) / names.length) % WHERE.length];
  writeFileSync(input, logOfFrames((choice & 1) === 0 ? 'mysql' : 'mariadb', data.subarray(1)));
  const run = { inputs: [input], output: join(folder, 'output'), maxUnpackedSize: 2 ** 24, window: 4096 };
  await runReader(name, { ...run, select: where && { where } }, folder);
}
