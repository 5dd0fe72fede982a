import { describe, expect, it } from 'vitest';
import { Binlog } from '../builder/binlog.ts';
import * as e from '../builder/events.ts';
import { mysql80, mysql97 } from '../builder/format.ts';
import { insert } from '../builder/shop.ts';
import { refusal } from '../helpers.ts';

describe('files that hold another server format than their first event says', () => {
  it('relay logs are refused by name', async () => {
    const log = new Binlog(mysql97, { flags: 0x40 });
    log.transaction(insert(1));
    const error = await refusal([log.bytes()]);
    expect(error).toMatchObject({ code: 'UNSUPPORTED', offset: 4, eventType: 'FORMAT_DESCRIPTION' });
    expect(error.message).toMatch(/relay log/);
  });

  it.each(['crc32', 'none'] as const)(
    'a second FORMAT_DESCRIPTION is refused, checksum %s',
    async (checksum) => {
      const log = new Binlog(mysql80);
      log.add(e.anonymousGtid(), e.query('BEGIN'), ...insert(1));
      const offset = log.format(mysql80, { checksum });
      log.add(...insert(2), e.xid(5));
      expect(await refusal([log.bytes()])).toMatchObject({ code: 'UNSUPPORTED', offset });
    },
  );
});
