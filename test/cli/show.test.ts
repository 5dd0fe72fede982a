import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Binlog } from '../builder/binlog.ts';
import { mysql97 } from '../builder/format.ts';
import { change, insert } from '../builder/shop.ts';
import { inFolder } from '../helpers.ts';
import { binflash, type Ran } from './run.ts';

const log = new Binlog(mysql97);
log.transaction(insert(1, 2));
log.transaction(change('update', [3]));
log.transaction(change('delete', [4]));
const good = log.bytes();

/** Runs `show` on one file, which is called `bin` in the arguments. */
function show(file: Uint8Array, ...args: string[]): Promise<Ran> {
  return inFolder(async (folder) => {
    const path = join(folder, 'bin');
    await writeFile(path, file);
    const ran = await binflash(['show', path, ...args], { TZ: 'Europe/Berlin' });
    return { ...ran, stdout: Buffer.from(ran.stdout.toString().replaceAll(path, 'bin')) };
  });
}

describe('binflash show', () => {
  it('shows text, in the time zone that is asked for and without colours where there is no terminal', async () => {
    const { code, stdout, stderr } = await show(good);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.toString()).toMatch(
      /^bin:\d+-\d+ {2}2026-11-21 04:00:00\+01:00 {2}thread 7 {2}xid 101 {2}server 1\n {2}INSERT shop\.orders {2}@1=1 {2}@2='x'\n/,
    );
    const utc = await show(good, '--time-zone', 'UTC');
    expect(utc.stdout.toString()).toContain('  2026-11-21 03:00:00+00:00  ');
  });

  it('shows JSON, as many changes as asked for', async () => {
    const { code, stdout, stderr } = await show(good, '--json', '--limit', '2', '--type', 'update,delete');
    const objects = stdout
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(objects.map(({ kind }) => kind)).toEqual(['update', 'delete']);
    expect(stderr).toBe('Stopped after 2 row changes (--limit)\n');
  });

  it('shows rows that a filter selects', async () => {
    const { code, stdout } = await show(good, '--where', '@1 > 1 and changed(@2)', '-q');
    expect(code).toBe(0);
    expect(stdout.toString()).toContain("UPDATE shop.orders  @2='old' → 'new'");
    expect(stdout.toString()).not.toContain('INSERT');
  });

  it('shows what stands before a damage, and names it', async () => {
    const bytes = Buffer.from(good);
    bytes[bytes.length - 40]! ^= 1;
    const { code, stdout, stderr } = await show(bytes);
    expect(code).toBe(3);
    expect(stdout.toString()).toContain("INSERT shop.orders  @1=2  @2='x'");
    expect(stderr).toMatch(/^binflash: .*bin:\d+, .*the checksum does not match the event/);
  });

  it.each<[string, string[], number, RegExp]>([
    ['nothing matches', ['-T', 'a.b'], 1, /nothing matches the selection/],
    ['an impossible limit', ['--limit', '0'], 2, /--limit 0 shows nothing/],
    ['a time zone that is none', ['--time-zone', 'Mars'], 2, /time zone 'Mars' is not known/],
    ['a position inside an event', ['-j', '5'], 2, /--start-position 5 lies inside/],
    ['a filter on a column that is not there', ['--where', 'shop.orders: x = 1'], 2, /x/],
  ])('says so: %s', async (_, args, expected, message) => {
    const { code, stderr, stdout } = await show(good, ...args);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('ends an error in JSON with one line', async () => {
    const { code, stdout } = await show(good, '--json', '-T', 'a.b');
    expect(code).toBe(1);
    expect(JSON.parse(stdout.toString())).toMatchObject({ error: { code: 'NO_MATCH' } });
    expect(stdout.toString().split('\n')).toHaveLength(2);
  });

  it('ends quietly when its reader goes away', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'bin.000001');
      const long = new Binlog(mysql97);
      for (let i = 0; i < 4000; i++) long.transaction(insert(1, 2, 3, 4, 5));
      await writeFile(path, long.bytes());
      const shim = fileURLToPath(new URL('shim.ts', import.meta.url));
      const child = spawn(process.execPath, ['--import', 'tsx', shim, 'show', path], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (data: Buffer) => {
        said += data.toString();
      });
      child.stdout.once('data', () => child.stdout.destroy());
      const code = await new Promise((resolve) => child.on('close', resolve));
      expect({ code, said }).toEqual({ code: 0, said: '' });
    });
  });
});
