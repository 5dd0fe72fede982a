import { describe, expect, it } from 'vitest';
import { packetNote, packetOf } from '../../src/cli/replay.ts';
import { readIndex } from '../../src/read/binlogs.ts';
import { Binlog } from '../builder/binlog.ts';
import { mariadb118 } from '../builder/format.ts';
import { memoryFile } from '../verify/memory-proof.ts';

describe('the packet that a replay needs', () => {
  it.each([
    [16 * 2 ** 20 - 4096, undefined],
    [16 * 2 ** 20, `its replay needs max_allowed_packet = ${16 * 2 ** 20 + 2048}`],
    [2 ** 30, 'one row is larger than any BINLOG statement may be (1 GiB): the server will refuse it'],
  ])('of a statement of %d characters', async (characters, note) => {
    const index = await readIndex([memoryFile('bin.000001', new Binlog(mariadb118).bytes())], {});
    expect(packetNote(packetOf(index, characters))).toBe(note);
  });
});
