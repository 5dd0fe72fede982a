import { describe, expect, it } from 'vitest';
import { readIndex, withBinlogs } from '../../src/read/binlogs.ts';
import { Binlog, START_TIME } from '../builder/binlog.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql56, mysql80, type Server } from '../builder/format.ts';
import { change, insert, orders } from '../builder/shop.ts';
import { inFolder, writeFiles } from '../helpers.ts';

/** Transactions with rows, each as its ending, rows events, and where it begins and ends. */
async function groups(
  server: Server,
  build: (log: Binlog) => void,
  more?: (log: Binlog) => void,
): Promise<unknown[]> {
  const logs = [build, ...(more ? [more] : [])].map((fill, number) => {
    const log = new Binlog(server, { time: START_TIME + number });
    fill(log);
    return log.bytes();
  });
  const { transactions: t } = await inFolder(async (folder) =>
    withBinlogs(await writeFiles(folder, logs), {}, (files) => readIndex(files, {})),
  );
  const names = ['OPEN', 'XID', 'COMMIT', 'ROLLBACK', 'PREPARED', 'STATEMENT', 'XA_ROLLBACK'];
  return Array.from(
    { length: t.length },
    (_, i) => `${names[t.ending.get(i)]} ${t.eventCount.get(i)}${t.gtid(i) ? ` ${t.gtid(i)}` : ''}`,
  );
}

const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const v1 = { version: 1 } as const;
const mariadbInsert = change('insert', [1], { ...orders, padding: 0 }, v1);

describe('transactions of MySQL', () => {
  it('run from BEGIN, or the GTID before it, to XID, COMMIT or ROLLBACK', async () => {
    const found = await groups(mysql80, (log) => {
      log.add(e.gtid(UUID, 5), e.query('BEGIN'), ...insert(1), ...insert(2), e.xid(1));
      log.add(e.anonymousGtid(), e.query('BEGIN'), ...insert(3), e.query('COMMIT'));
      log.add(e.query('BEGIN'), ...insert(4), e.query('ROLLBACK'));
      log.add(e.query('BEGIN'), e.query('SAVEPOINT a'), ...insert(5), e.xid(2));
    });
    expect(found).toEqual([`XID 2 ${UUID}:5`, 'COMMIT 1', 'ROLLBACK 1', 'XID 1']);
  });

  it('a GTID before DDL is a group of its own, and so is DDL inside BEGIN not', async () => {
    const found = await groups(mysql80, (log) => {
      log.add(e.gtid(UUID, 1), e.query('CREATE TABLE orders (a INT)'));
      log.add(e.gtid(UUID, 2), e.query('GRANT ALL ON *.* TO u'));
      log.add(
        e.gtid(UUID, 3),
        e.query('BEGIN'),
        e.query('CREATE TABLE t (a INT) START TRANSACTION'),
        ...insert(1),
        e.xid(1),
      );
    });
    expect(found).toEqual([`STATEMENT 0 ${UUID}:1`, `STATEMENT 0 ${UUID}:2`, `XID 1 ${UUID}:3`]);
  });

  it('padding and headers of large transactions may stand between GTID and BEGIN', async () => {
    const found = await groups(mysql56, (log) => {
      log.add(e.gtid(UUID, 9), e.opaque(100, e.IGNORABLE), e.opaque(43, e.IGNORABLE), e.query('BEGIN'));
      log.add(...insert(1), e.xid(1));
    });
    expect(found).toEqual([`XID 1 ${UUID}:9`]);
  });

  it('rows without BEGIN are committed statement by statement', async () => {
    const [map, event] = insert(1) as [e.Event, e.Event];
    const open = change('insert', [1], orders, { flags: 0 });
    const found = await groups(mysql80, (log) => log.add(map, event, ...open, event, map, event));
    expect(found).toEqual(['COMMIT 1', 'COMMIT 2', 'COMMIT 1']);
  });

  it('what the end of the file, ROTATE, STOP or another BEGIN cuts off stays open', async () => {
    const start = (log: Binlog): number => log.add(e.query('BEGIN'), ...insert(1));
    expect(await groups(mysql80, start, start)).toEqual(['OPEN 1', 'OPEN 1']);
    const found = await groups(mysql80, (log) => {
      start(log);
      start(log);
      log.add(e.stop());
      log.transaction(insert(2));
    });
    expect(found).toEqual(['OPEN 1', 'OPEN 1', 'XID 1']);
  });

  const xa = (gtrid: string, id: number, onePhase = false): e.Event[] => [
    e.anonymousGtid(),
    e.query(`XA START X'${Buffer.from(gtrid).toString('hex')}',X'',1`),
    ...insert(id),
    e.query(`XA END X'${Buffer.from(gtrid).toString('hex')}',X'',1`),
    e.xaPrepare(onePhase, gtrid),
  ];
  const decide = (verb: string, hex: string): e.Event[] => [
    e.anonymousGtid(),
    e.query(`XA ${verb} X'${hex}',X'',1`),
  ];

  it('XA in two phases: prepared at XA_PREPARE, decided later, in any order', async () => {
    const found = await groups(mysql80, (log) => {
      log.add(...xa('a', 1), ...xa('b', 2), ...xa('c', 3));
      log.add(...decide('ROLLBACK', '62'), ...decide('COMMIT', '61'));
    });
    expect(found).toEqual(['COMMIT 1', 'XA_ROLLBACK 1', 'PREPARED 1', 'STATEMENT 0', 'STATEMENT 0']);
  });

  it('XA in one phase is committed at once, and its XID may be used again', async () => {
    const found = await groups(mysql80, (log) => {
      log.add(...xa('a', 1, true), ...xa('a', 2), ...decide('COMMIT', '61'), ...xa('a', 3));
    });
    expect(found).toEqual(['COMMIT 1', 'COMMIT 1', 'STATEMENT 0', 'PREPARED 1']);
  });

  it('XA prepared in one file is decided in the next', async () => {
    const found = await groups(
      mysql80,
      (log) => log.add(...xa('a', 1)),
      (log) => log.add(...decide('COMMIT', '61')),
    );
    expect(found).toEqual(['COMMIT 1', 'STATEMENT 0']);
  });

  it('ROLLBACK TO takes the rows since the savepoint out, and later savepoints with them', async () => {
    const back = async (...parts: (e.Event | number)[]): Promise<unknown[]> =>
      groups(mysql80, (log) =>
        log.transaction(parts.flatMap((part) => (typeof part === 'number' ? insert(part) : [part]))),
      );
    const save = (name: string): e.Event => e.query(`SAVEPOINT ${name}`);
    const to = (name: string): e.Event => e.query(`ROLLBACK TO ${name}`);
    expect(await back(1, save('`a`'), 2, 3, to('`a`'), 4)).toEqual(['XID 2']);
    expect(await back(1, save('a'), 2, save('b'), 3, to('`A`'), 4, to('a'))).toEqual(['XID 1']);
    // The same name again moves the savepoint.
    expect(await back(1, save('a'), 2, save('`a`'), 3, to('"A"'), 4)).toEqual(['XID 3']);
    expect(await back(1, save('`é``x`'), 2, to('`É``X`'), 3)).toEqual(['XID 2']);
    expect(await back(save('a'), 1, to('a'))).toEqual(['XID 0']);
    // Whether these two are one depends on the server: nothing is taken out, and the plan refuses.
    expect(await back(save('`é`'), 1, save('`e`'), 2, to('`e`'))).toEqual(['XID 2']);
  });
});

describe('transactions of MariaDB', () => {
  it('a savepoint of a name that was there before may be that of a function: nothing is taken out', async () => {
    const of = (...events: e.Event[]): Promise<unknown[]> =>
      groups(mariadb118, (log) => log.add(e.mariadbGtid(1), ...events, e.xid(1)));
    const a = e.query('SAVEPOINT `a`');
    const back = e.query('ROLLBACK TO `a`');
    expect(await of(...mariadbInsert, a, ...mariadbInsert, back)).toEqual(['XID 1 0-1-1']);
    expect(await of(a, ...mariadbInsert, a, ...mariadbInsert, back)).toEqual(['XID 2 0-1-1']);
  });

  it('begin with a GTID, unless it says that a single statement follows', async () => {
    const found = await groups(mariadb118, (log) => {
      log.add(e.mariadbGtid(1), e.annotate('INSERT'), ...mariadbInsert, e.xid(1));
      log.add(e.mariadbGtid(2, { flags: 1 }), e.query('CREATE TABLE t (a INT)'));
      log.add(
        e.mariadbGtid(3, { domain: 2, commitId: 5 }),
        ...mariadbInsert,
        ...mariadbInsert,
        e.query('COMMIT'),
      );
      log.add(e.mariadbGtid(4), e.query('CREATE TABLE t2 (a INT)'), ...mariadbInsert, e.xid(2));
    });
    expect(found).toEqual(['XID 1 0-1-1', 'STATEMENT 0 0-1-2', 'COMMIT 2 2-1-3', 'XID 1 0-1-4']);
  });

  it('before GTIDs, and in 5.x, begin with BEGIN', async () => {
    const found = await groups(mariadb118, (log) => log.add(e.query('BEGIN'), ...mariadbInsert, e.xid(1)));
    expect(found).toEqual(['XID 1']);
  });

  it('a rows event without columns ends its statement and is no change', async () => {
    const unfinished = change('insert', [1], { ...orders, padding: 0 }, { version: 1, flags: 0 });
    const found = await groups(mariadb118, (log) => log.add(...unfinished, e.dummyRows(), ...mariadbInsert));
    expect(found).toEqual(['COMMIT 1', 'COMMIT 1']);
  });
});
