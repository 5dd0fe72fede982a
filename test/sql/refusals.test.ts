/** What SQL text would mean otherwise than the log does is refused. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type SqlOptions, sql } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import { u32 } from '../builder/bytes.ts';
import { int } from '../builder/columns.ts';
import type { Event } from '../builder/events.ts';
import { mysql97 } from '../builder/format.ts';
import { columnNames, type Kind, primaryKey, rows, type Table, table, tableMap } from '../builder/rows.ts';
import { inFolder, writeFiles } from '../helpers.ts';

function named(schema: string, name: string, key = true): Table {
  const optional = Buffer.concat([columnNames('id', 'v'), ...(key ? [primaryKey(0)] : [])]);
  return { ...table('shop.t', [int, int], 0), schema, name, optional };
}

function change(of: Table, kind: Kind): Event[] {
  const [old, now] = [
    [u32(1), u32(5)],
    [u32(1), u32(6)],
  ];
  return [tableMap(of, 70), rows(kind, of, 70, [kind === 'update' ? [old, now] : [now]])];
}

/** Writes text of a log to a folder; answers the files that are there then. */
async function run(events: readonly Event[], options: Partial<SqlOptions>): Promise<string[]> {
  return inFolder(async (folder) => {
    const log = new Binlog(mysql97);
    log.transaction([...events]);
    const inputs = await writeFiles(folder, [log.bytes()]);
    const before = await readdir(folder);
    await sql({ inputs, output: join(folder, 'changes.sql'), ...options });
    return (await readdir(folder)).filter((name) => !before.includes(name)).sort();
  });
}

describe('keys that are left out', () => {
  const events = [...change(named('shop', 't'), 'delete'), ...change(named('shop', 't'), 'update')];
  const options = { flashback: true, primaryKey: false };

  it('while other rows are looked for by them', async () => {
    await expect(run(events, options)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('changes of shop.t that look for rows by the keys'),
      hint: expect.stringContaining('--type delete'),
    });
  });

  it('are fine where nothing else is selected, or there is none', async () => {
    expect(await run(events, { ...options, select: { types: ['delete'] } })).toEqual(['changes.sql']);
    const keyless = named('shop', 't', false);
    const unkeyed = [...change(keyless, 'delete'), ...change(keyless, 'update')];
    expect(await run(unkeyed, options)).toEqual(['changes.sql']);
  });
});

describe('tables that could be taken for each other', () => {
  it('by their names without their databases', async () => {
    const events = [...change(named('a', 't'), 'update'), ...change(named('b', 't'), 'update')];
    await expect(run(events, { schemaName: false })).rejects.toMatchObject({
      code: 'USAGE',
      message: '--no-add-schema-name makes one table of a.t and b.t',
    });
    expect(await run(events, { schemaName: false, select: { databases: ['b'] } })).toEqual(['changes.sql']);
  });

  it('by the dots in their names have files of their own', async () => {
    const events = [...change(named('a.b', 'c'), 'update'), ...change(named('a', 'b.c'), 'update')];
    const files = await run(events, { splitBy: 'table', format: 'csv' });
    expect(files).toEqual(['changes.sql.a%2Eb.c', 'changes.sql.a.b%2Ec']);
    await expect(run(events, { format: 'csv' })).rejects.toMatchObject({
      message: expect.stringContaining('`a.b`.c, a.`b.c`'),
    });
  });

  it('by a carriage return that clients drop', async () => {
    await expect(run(change(named('shop', 'a\r\nb'), 'update'), {})).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: 'a name with a carriage return does not get through a client',
    });
  });
});
