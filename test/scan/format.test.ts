import { describe, expect, it } from 'vitest';
import { Binlog } from '../builder/binlog.ts';
import * as e from '../builder/events.ts';
import { mysql80, mysql97 } from '../builder/format.ts';
import { insert } from '../builder/shop.ts';
import { insertedIds, refusal, undo } from '../helpers.ts';

describe('a file with another FORMAT_DESCRIPTION behind events', () => {
  it.each(['crc32', 'none'] as const)('is read by it from there on, checksum %s', async (checksum) => {
    const log = new Binlog(mysql80);
    log.add(e.anonymousGtid(), e.query('BEGIN'), ...insert(1));
    log.format(mysql97, { checksum });
    log.add(...insert(2), e.xid(5));
    const { log: undone, result } = await undo([log.bytes()]);
    expect(insertedIds(undone)).toEqual([[1, 2]]);
    expect(result.plan.index.files[0]!.format.serverVersion).toBe('9.7.4');
  });

  it('which says that the server was started: what was open was never committed', async () => {
    const log = new Binlog(mysql80);
    const offset = log.add(e.anonymousGtid(), e.query('BEGIN'), ...insert(1));
    log.format(mysql80, { created: 1_700_000_000 });
    log.transaction(insert(2));
    expect(await refusal([log.bytes()])).toMatchObject({ code: 'UNFINISHED', offset });
  });

  it('is damaged where the checksum of that does not match', async () => {
    const log = new Binlog(mysql80);
    log.transaction(insert(1));
    const offset = log.format(mysql80);
    const bytes = log.bytes();
    bytes[offset + 25]! ^= 1;
    expect(await refusal([bytes])).toMatchObject({ code: 'BAD_CHECKSUM', offset });
  });
});
