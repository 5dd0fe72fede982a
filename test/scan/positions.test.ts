import { describe, expect, it } from 'vitest';
import { Binlog } from '../builder/binlog.ts';
import { mysql80 } from '../builder/format.ts';
import { insert } from '../builder/shop.ts';
import { refusal } from '../helpers.ts';

describe('a position that is no event boundary', () => {
  const log = new Binlog(mysql80);
  const first = log.position;
  log.transaction(insert(1));
  const file = log.bytes();
  const next = first + file.readUInt32LE(first + 9);

  it.each(['startPosition', 'stopPosition'] as const)(
    '%s inside an event names the nearest ones',
    async (name) => {
      for (const position of [first + 1, next - 1]) {
        expect(await refusal([file], { select: { [name]: position } })).toMatchObject({
          code: 'USAGE',
          hint: expect.stringMatching(new RegExp(`\\b${first} and ${next}\\b`)),
        });
      }
    },
  );

  it.each(['startPosition', 'stopPosition'] as const)(
    '%s behind the file says where it ends',
    async (name) => {
      expect(await refusal([file], { select: { [name]: file.length + 1 } })).toMatchObject({
        code: 'USAGE',
        hint: expect.stringContaining(String(file.length)),
      });
    },
  );
});
