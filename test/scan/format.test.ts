import { describe, expect, it } from 'vitest';
import { BinflashError } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import * as e from '../builder/events.ts';
import { mysql80, mysql97 } from '../builder/format.ts';
import { type Effect, effects } from '../builder/oracle.ts';
import { insert } from '../builder/shop.ts';
import { undo } from '../helpers.ts';

/** The undo's effects, or undefined where it is refused as a relay log may be. */
async function undoneOrRefused(log: Binlog, skip: 'unfinished'[] = []): Promise<Effect[][] | undefined> {
  try {
    return effects([(await undo([log.bytes()], { skip })).log]);
  } catch (error) {
    if (error instanceof BinflashError && error.code === 'UNSUPPORTED') return undefined;
    throw error;
  }
}

const artificialRotate = { ...e.rotate('bin.000007'), flags: 0x20, timestamp: 0 };

describe('a second FORMAT_DESCRIPTION, as in relay logs', () => {
  it('never makes rows lose their last bytes or take a checksum for data', async () => {
    for (const [first, second] of [
      ['crc32', 'none'],
      ['none', 'crc32'],
      ['crc32', 'crc32'],
    ] as const) {
      const log = new Binlog(mysql97, { checksum: first, flags: 0x40 });
      log.add(e.previousGtids(), artificialRotate);
      log.format(mysql80, { checksum: second });
      log.transaction(insert(1, 2));
      const found = await undoneOrRefused(log);
      if (first === second) expect(found).toBeDefined();
      if (found === undefined) continue;
      expect(found.map((changes) => changes.map(({ before }) => before))).toEqual([
        [
          { 0: '02000000', 1: '0178' },
          { 0: '01000000', 1: '0178' },
        ],
      ]);
    }
  });

  it('with an artificial ROTATE inside a transaction, never cuts the transaction in two', async () => {
    const log = new Binlog(mysql80, { flags: 0x40 });
    log.add(e.anonymousGtid(), e.query('BEGIN'), ...insert(1), artificialRotate);
    log.format(mysql80);
    log.add(...insert(2), e.xid(5));
    // Without the skip a cut would only be refused; with it, the half after the ROTATE would be undone alone.
    const found = await undoneOrRefused(log, ['unfinished']);
    if (found !== undefined) expect(found.map((changes) => changes.length)).toEqual([2]);
  });
});
