import { describe, expect, it } from 'vitest';
import { type BinflashError, inspect, type RewriteOptions } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import { prefixed, u8, u32 } from '../builder/bytes.ts';
import {
  bigint,
  char,
  datetime,
  enumeration,
  geometry,
  int,
  json,
  oldTime,
  tinyint,
  varchar,
} from '../builder/columns.ts';
import { mariadb118, mysql97 } from '../builder/format.ts';
import { effects } from '../builder/oracle.ts';
import {
  columnNames,
  type Kind,
  metadataField,
  type RowsOptions,
  rows,
  type Table,
  table,
  tableMap,
  type Values,
} from '../builder/rows.ts';
import { attempt, inFolder, refusal, writeFiles } from '../helpers.ts';

const named = (of: Table, ...fields: Uint8Array[]): Table => ({ ...of, optional: Buffer.concat(fields) });
const utf8 = metadataField(2, Buffer.of(45));
/** One bit for each numeric column: 0 is signed. */
const signed = metadataField(1, Buffer.of(0));
const orders = named(
  table('shop.orders', [int, varchar(20), int]),
  signed,
  utf8,
  columnNames('id', 'Status', 'total'),
);

const row = (id: number, status: string | null, total: number | null = 0): Values => [
  u32(id),
  status === null ? null : prefixed(1, status),
  total === null ? null : u32(total),
];

/** A log of one transaction, an event for each list of rows. */
function logOf(of: Table, ...events: [kind: Kind, data: Values[][], options?: RowsOptions][]): Buffer {
  const log = new Binlog(mysql97);
  log.transaction(
    events.flatMap(([kind, data, options]) => [tableMap(of, 7), rows(kind, of, 7, data, options)]),
  );
  return log.bytes();
}

/** The ids (the first column, or its place) of the changes that are undone, in the order in which they were made. */
async function selected(
  file: Buffer,
  where: string | readonly string[],
  options: Partial<RewriteOptions> = {},
): Promise<string[]> {
  const undone = await attempt([file], { select: { where: [where].flat() }, ...options });
  if (undone === 'NO_MATCH') return [];
  if (typeof undone === 'string') throw new Error(undone);
  return effects([undone.log])
    .flat()
    .map(({ kind, before, after }) => `${kind} ${Buffer.from((before ?? after)![0]!, 'hex').readUInt32LE()}`)
    .reverse();
}

const failure = (file: Buffer, where: string): Promise<BinflashError> =>
  refusal([file], { select: { where: [where] } });

const story = logOf(
  orders,
  ['insert', [[row(1, 'open')], [row(2, null)], [row(3, 'paid', null)]]],
  [
    'update',
    [
      [row(4, 'open', 5), row(4, 'paid', 5)],
      [row(5, 'paid', 1), row(5, 'paid', 2)],
      [row(6, null), row(6, 'open')],
    ],
  ],
  ['delete', [[row(7, 'Paid ')], [row(8, 'open', 9)]]],
);

describe('which image a condition is about', () => {
  it.each([
    // The undo of an INSERT is a DELETE, and the reverse.
    ['status = "paid"', 'delete 3,update 4,update 5,insert 7'],
    ['before.status = "paid"', 'update 5,insert 7'],
    ['after.status = "paid"', 'delete 3,update 4,update 5'],
    ['changed(status)', 'update 4,update 6'],
    ['not changed(status) and id > 3', 'update 5,insert 7,insert 8'],
    ['changed(total) or changed(status)', 'update 4,update 5,update 6'],
    ['before.status = "open" and after.status = "paid"', 'update 4'],
    ['before.total < after.total', 'update 5'],
    // What is asked of an image that is not there is unknown.
    ['before.status is null', 'update 6'],
    ['(before.status is null) is unknown', 'delete 1,delete 2,delete 3'],
    ['after.status is null', 'delete 2'],
    ['not after.id = 1', 'delete 2,delete 3,update 4,update 5,update 6'],
    ['not (id = 1 or after.id = 2)', 'delete 3,update 4,update 5,update 6'],
    ['shop.orders: id in (1, 8)', 'delete 1,insert 8'],
    ['`shop`.order?: ID between 2 and 3', 'delete 2,delete 3'],
    ['@1 = 4 && @2 like "p%"', 'update 4'],
    ['true', 'delete 1,delete 2,delete 3,update 4,update 5,update 6,insert 7,insert 8'],
    ['total', 'update 4,update 5,insert 8'],
    ['1e3 <= id', ''],
  ])('%s', async (where, expected) => expect((await selected(story, where)).join()).toBe(expected));

  it('rows of any one of several filters, and of no table that none of them names', async () => {
    const other = named(
      table('shop.others', [int, varchar(20), int]),
      signed,
      utf8,
      columnNames('id', 'status', 'total'),
    );
    const log = new Binlog(mysql97);
    for (const of of [orders, other])
      log.transaction([tableMap(of, 7), rows('insert', of, 7, [[row(1, 'a')], [row(2, 'b')]])]);
    const file = log.bytes();
    expect(await selected(file, ['shop.orders: id = 1', '*.orders: status = "B"'])).toEqual([
      'delete 1',
      'delete 2',
    ]);
    expect(await selected(file, ['shop.others: id = 1'])).toEqual(['delete 1']);
    expect(await selected(file, ['id = 1'])).toEqual(['delete 1', 'delete 1']);
  });
});

describe('the plan of a selection by rows', () => {
  it('counts rows, warns of split transactions, and knows what is left out', async () => {
    const { result } = (await attempt([story], { select: { where: ['id = 4 or id = 8'] } })) as Exclude<
      Awaited<ReturnType<typeof attempt>>,
      string
    >;
    const { plan } = result;
    expect(plan).toMatchObject({ rows: 2, transactions: 1, leftOut: { rows: 6, transactions: 0 } });
    expect(plan.tables).toEqual([{ table: 'shop.orders', insert: 0, update: 1, delete: 1 }]);
    expect(plan.warnings.join('\n')).toContain('takes only a part of this transaction');
  });

  it('is made in a phase of its own, which can be stopped', async () => {
    const phases: [string, boolean][] = [];
    const select = { where: ['id = 4'] };
    await attempt([story], {
      select,
      window: 64,
      onProgress: ({ phase, done, total }) => phases.push([phase, done === total]),
    });
    const ended = phases.filter(([, isEnd]) => isEnd).map(([phase]) => phase);
    expect(ended).toEqual(['scan', 'read', 'write']);
    expect(phases.filter(([phase]) => phase === 'read').length).toBe(3);
    const stop = new AbortController();
    const stopped = attempt([story], {
      select,
      window: 64,
      signal: stop.signal,
      onProgress: ({ phase }) => phase === 'read' && stop.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
  });

  it('is refused only for what it selects', async () => {
    const minimal = logOf(
      orders,
      [
        'update',
        [[row(1, 'a'), row(1, 'b')]],
        { present: [true, false, false], presentAfter: [false, true, false] },
      ],
      ['insert', [[row(2, 'a')]]],
    );
    expect((await failure(minimal, 'id = 1')).code).toBe('ROW_IMAGE');
    expect(await selected(minimal, 'id = 2')).toEqual(['delete 2']);
  });

  it('leaves out rows of tables that nobody can read only where they are not meant', async () => {
    const old = { ...table('d.old', [int, oldTime]), padding: 0 as const };
    const log = new Binlog(mariadb118);
    log.transaction([tableMap(old, 9), { type: 23, body: rows('insert', old, 9, [], { version: 1 }).body }]);
    expect(['UNSUPPORTED', 'DAMAGED']).toContain((await failure(log.bytes(), '@1 = 1')).code);
  });
});

describe('row images that are not FULL', () => {
  const ids = [true, false, false];
  const minimal = logOf(
    orders,
    ['insert', [[row(1, 'a')]], { present: [true, true, false] }],
    ['update', [[row(2, 'old'), row(2, 'new')]], { presentAfter: [false, true, false] }],
    ['delete', [[row(3, 'x', 5)]]],
  );

  it('an after image has the values of the before image where it leaves columns out', async () => {
    const whole = logOf(orders, [
      'update',
      [[row(2, 'old', 7), row(2, 'new', 7)]],
      { presentAfter: [false, true, false] },
    ]);
    for (const where of [
      'after.id = 2 and after.status = "new"',
      'after.total = 7',
      'not changed(total)',
      'changed(status)',
    ]) {
      expect(await selected(whole, where), where).toEqual(['update 2']);
    }
  });

  it('a column of no image is an error that names event and column', async () => {
    const error = await failure(minimal, 'total = 5');
    expect(error).toMatchObject({ code: 'ROW_IMAGE', table: 'shop.orders', eventType: 'WRITE_ROWS' });
    expect(error.message).toContain('total');
    expect(error.offset).toBeGreaterThan(4);
    expect(error.file).toContain('00000');
  });

  it('a column of the after image alone is unknown in the before image, and an error when that is asked for', async () => {
    const sparse = logOf(orders, [
      'update',
      [[row(2, 'old'), row(2, 'new')]],
      { present: ids, presentAfter: [false, true, false] },
    ]);
    // The undo of it is refused for want of the old value, which shows that it was selected.
    expect((await failure(sparse, 'status = "new"')).message).toContain('old value');
    expect(await attempt([sparse], { select: { where: ['status = "old"'] } })).toBe('NO_MATCH');
    expect((await failure(sparse, 'before.status = "new"')).message).toContain('before.status');
    expect((await failure(sparse, 'changed(status)')).message).toContain('before.status');
    expect(await attempt([sparse], { select: { where: ['changed(total)'] } })).toBe('NO_MATCH');
  });
});

describe('names', () => {
  it('an unknown one is an error with those that there are, before anything is read', async () => {
    const error = await failure(story, 'shop.orders: statsu = "paid"');
    expect(error).toMatchObject({ code: 'USAGE' });
    expect(error.excerpt?.[1]).toBe(`${' '.repeat(13)}^`);
    expect(error.hint).toBe('Did you mean Status? The columns are id, Status, total.');
    expect((await failure(story, '@4 = 1')).hint).toBe('The table has 3 columns.');
  });

  it('where the log tells none, they are numbers', async () => {
    const file = logOf(table('shop.orders', [int, varchar(20), int]), ['insert', [[row(1, 'a')]]]);
    expect((await failure(file, 'id = 1')).hint).toContain('--schema');
    expect(await selected(file, '@1 = 1')).toEqual(['delete 1']);
  });

  it('a table that no filter can mean is worth a warning', async () => {
    const { result } = (await attempt([story], {
      select: { where: ['id = 1', 'shop.order: id = 1'] },
    })) as Exclude<Awaited<ReturnType<typeof attempt>>, string>;
    expect(result.plan.warnings.join()).toContain('--where shop.order: id = 1 matches no table');
  });

  it('a filter of which the table does not parse', async () => {
    expect((await failure(story, 'orders: id = 1')).message).toContain('does not name a table');
    expect((await failure(story, '')).code).toBe('USAGE');
  });
});

describe('what the log does not tell', () => {
  const bare = table('d.t', [int, bigint, varchar(20), enumeration(1)]);
  const values = (id: number, big: bigint, text: string): Values => {
    const eight = Buffer.alloc(8);
    eight.writeBigInt64LE(big);
    return [u32(id), eight, prefixed(1, text), u8(1)];
  };
  const file = logOf(bare, [
    'insert',
    [[values(1, 5n, 'paid')], [values(2, -1n, 'Paid')], [values(3, 7n, 'open ')]],
  ]);

  it('a sign that would decide', async () => {
    expect((await failure(file, '@2 > 6')).message).toContain(
      'UNSIGNED, and a row has -1 or 18446744073709551615',
    );
    expect(await selected(file, '@2 = 5')).toEqual(['delete 1']);
    // Who asks for numbers that only one sign has, tells the sign.
    expect(await selected(file, '@2 > -5 and @2 < 7')).toEqual(['delete 1', 'delete 2']);
    expect(await selected(file, '@2 > 18446744073709551000')).toEqual(['delete 2']);
    expect((await failure(file, '@2 > 1e1')).message).toContain('UNSIGNED');
  });

  it('a collation that would decide', async () => {
    expect((await failure(file, '@3 = "paid"')).message).toContain('collation of column @3');
    expect((await failure(file, '@3 = "open"')).code).toBe('UNSUPPORTED');
    expect((await failure(file, '@3 like "p%"')).code).toBe('UNSUPPORTED');
    expect(await selected(file, '@3 = "void"')).toEqual([]);
    expect(await selected(file, '@3 like "%en "')).toEqual(['delete 3']);
    expect(await selected(file, "@3 = x'70616964'")).toEqual(['delete 1']);
  });

  it('labels', async () => {
    expect((await failure(file, '@4 = "paid"')).message).toContain('labels');
    expect(await selected(file, '@4 = 1 and @1 = 1')).toEqual(['delete 1']);
  });
});

describe('comparisons that make no sense are errors with their place', () => {
  const of = named(
    table('d.t', [int, datetime(0), json, geometry, char(10), tinyint]),
    metadataField(1, Buffer.of(0)),
    utf8,
    columnNames('id', 'at', 'doc', 'place', 'name', 'tiny'),
  );
  const log = new Binlog(mysql97);
  log.transaction([
    tableMap(of, 7),
    rows(
      'insert',
      of,
      7,
      [[u32(1), Buffer.of(0x99, 0xb9, 0x6a, 0x30, 0), null, null, prefixed(1, 'a'), u8(1)]].map((values) => [
        values,
      ]),
    ),
  ]);
  const file = log.bytes();

  it.each([
    ["id = 'abc'", 'is a number, and this is none', 5],
    ["at = 'soon'", 'and this is none', 5],
    ["at = '2026-02-30'", 'and this is none', 5],
    ["at = time '03:00:00'", 'and this is none', 5],
    ['doc = "x"', 'JSON, which can only be looked into with LIKE', 0],
    ['place = 1', 'cannot be compared', 0],
    ['id = name and at = id', 'cannot be compared', 14],
    ['1 = 1', 'no column is compared here', 0],
    ['name like name', 'the pattern of LIKE is a string', 10],
    ["'x'", 'a value and no condition', 0],
    ['at', 'a value and no condition', 0],
    ["name = date '2026-11-21'", 'is text', 7],
    [`id = ${'9'.repeat(6000)}`, 'too many digits', 5],
  ])('%s', async (where, message, at) => {
    const error = await failure(file, where);
    expect(error).toMatchObject({ code: 'USAGE' });
    expect(error.message).toContain(message);
    expect(error.excerpt![1]!.length).toBe(1 + at);
  });

  it('but NULL or not can be asked of everything', async () => {
    for (const where of ['doc is null', 'place is null', 'at is not null', 'not changed(doc)']) {
      expect(await selected(file, where), where).toEqual(['delete 1']);
    }
  });
});

describe('what servers decide in ways of their own is refused', () => {
  const texts = named(
    table('shop.texts', [int, varchar(20), varchar(20)]),
    signed,
    metadataField(3, Buffer.of(45, 63)),
    columnNames('id', 'text', 'bytes'),
  );
  const id = u32(1);
  const file = logOf(texts, ['insert', [[[id, prefixed(1, '0x05'), prefixed(1, '')]]]]);

  it.each([
    ['text and bytes are not compared as numbers', 'text = bytes'],
    ['x is a string in MariaDB', "id = x'01'"],
  ])('%s', async (_bug, where) => {
    expect(await refusal([file], { select: { where: [where] } })).toMatchObject({ code: 'USAGE' });
  });
});

describe('after ALTER TABLE ... ADD', () => {
  const after = { ...orders, optional: Buffer.concat([signed, utf8, columnNames('id', 'Status', 'added')]) };
  const log = new Binlog(mysql97);
  log.transaction([tableMap(orders, 7), rows('insert', orders, 7, [[row(1, 'new', 3)]])]);
  const altered = log.position;
  log.transaction([tableMap(after, 8), rows('insert', after, 8, [[row(2, 'new', 3)], [row(3, 'new', 4)]])]);
  const file = log.bytes();

  it('the new column can be asked for where only later changes are selected', async () => {
    const select = { where: ['shop.orders: added = 3'], startPosition: altered };
    expect(await selected(file, [], { select })).toEqual(['delete 2']);
  });

  it('an earlier change that is selected too is named', async () => {
    expect(await failure(file, 'shop.orders: added = 3')).toMatchObject({
      code: 'USAGE',
      offset: expect.any(Number),
      hint: 'The columns are id, Status, total.',
    });
  });
});

it('a filter may be for a list of tables', async () => {
  const others = named(
    table('shop.people', [int, varchar(20), int]),
    signed,
    utf8,
    columnNames('id', 'Status', 'total'),
  );
  const log = new Binlog(mysql97);
  log.transaction([tableMap(orders, 7), rows('insert', orders, 7, [[row(1, 'a')], [row(2, 'b')]])]);
  log.transaction([tableMap(others, 8), rows('insert', others, 8, [[row(3, 'a')], [row(4, 'b')]])]);
  expect(await selected(log.bytes(), "shop.orders, shop.people: status = 'a'")).toEqual([
    'delete 1',
    'delete 3',
  ]);
});

it('inspect counts what a filter selects, and says what of it could not be undone', async () => {
  const file = logOf(orders, ['insert', [[row(1, 'a')], [row(2, 'b')]]], ['delete', [[row(1, 'a')]]]);
  await inFolder(async (folder) => {
    const inputs = await writeFiles(folder, [file]);
    const { total, blockers } = await inspect(inputs, { select: { where: ["shop.orders: status = 'a'"] } });
    expect([total.rows, total.insert, total.delete, blockers]).toEqual([2, 1, 1, []]);
    expect(total.largestRow).toBeUndefined();
    await expect(inspect(inputs, { select: { where: ['shop.orders: id = 9'] } })).rejects.toMatchObject({
      code: 'NO_MATCH',
    });
  });
});
