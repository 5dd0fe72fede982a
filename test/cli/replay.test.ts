import { describe, expect, it } from 'vitest';
import { packetNote, packetOf, version1Note } from '../../src/cli/replay.ts';
import { readIndex } from '../../src/read/binlogs.ts';
import { Binlog } from '../builder/binlog.ts';
import { mariadb118, mysql97 } from '../builder/format.ts';
import { rows, tableMap } from '../builder/rows.ts';
import { orders, row } from '../builder/shop.ts';
import { memoryFile } from '../verify/memory-proof.ts';

describe('the version of rows events that a replay can read', () => {
  it.each([
    [mysql97, 1, undefined, true],
    [mysql97, 2, undefined, false],
    [mysql97, 1, 'v2', false],
    [mysql97, 2, 'v1', true],
    [mariadb118, 1, undefined, false],
  ] as const)('of a source of %o, version %i, asked for %s', async (server, version, asked, isNoted) => {
    const log = new Binlog(server);
    log.transaction([tableMap(orders, 1), rows('insert', orders, 1, [[row(1, 'x')]], { version })]);
    const index = await readIndex([memoryFile('bin.000001', log.bytes())], {});
    expect(version1Note(index, asked)?.includes('8.4')).toBe(isNoted ? true : undefined);
  });
});

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
