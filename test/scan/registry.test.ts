import { describe, expect, it } from 'vitest';
import { eventType, eventTypeName, eventTypes } from '../../src/binlog/event-types.ts';
import { BinflashError } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import { hex } from '../builder/bytes.ts';
import { type Event, executeLoadQuery, IGNORABLE, opaque, query } from '../builder/events.ts';
import { mariadb118, mysql97 } from '../builder/format.ts';
import { effects } from '../builder/oracle.ts';
import { insert } from '../builder/shop.ts';
import { undo } from '../helpers.ts';

/**
 * What becomes of a file with one event of each type between two transactions, written down by hand from
 * the format notes (section 2), not from the registry. Types that stand in neither list are unknown.
 */
const DROPPED = {
  // 16 ends a transaction, and there is none.
  mysql: [3, 4, 5, 7, 9, 11, 13, 14, 16, 17, 27, 28, 29, 33, 34, 35, 36, 37, 41, 43],
  mariadb: [3, 4, 5, 7, 9, 11, 13, 14, 16, 17, 27, 160, 161, 162, 163],
};
const REFUSED = {
  mysql: {
    // 42 says in its first byte that it is of a serialization to come.
    UNSUPPORTED: [0, 1, 6, 8, 10, 12, 20, 21, 22, 42, 164],
    // It has a checksum always.
    BAD_CHECKSUM: [15],
    STATEMENT: [2, 18],
    INCIDENT: [26],
    // With a body that means nothing, the events that hold rows or an XID are damaged.
    DAMAGED: [19, 23, 24, 25, 30, 31, 32, 38, 39, 40],
  },
  mariadb: {
    UNSUPPORTED: [0, 1, 6, 8, 10, 12, 20, 21, 22, 172],
    BAD_CHECKSUM: [15],
    STATEMENT: [2, 18],
    INCIDENT: [26],
    DAMAGED: [19, 23, 24, 25, 30, 31, 32, 38, 165, 166, 167, 168, 169, 170, 171],
    ENCRYPTED: [164],
  },
};

function sample(code: number, flags: number): Event {
  const insertion = 'INSERT INTO orders VALUES (1)';
  if (code === 2) return { ...query(insertion, { database: 'shop' }), flags };
  if (code === 18) return { ...executeLoadQuery('LOAD DATA ...', { database: 'shop' }), flags };
  // With the scheme that there is, for the keys are asked for after it.
  if (code === 164) return { type: code, body: hex('01 01000000 000000000000000000000000'), flags };
  return opaque(code, flags);
}

async function outcome(server: typeof mysql97, code: number, flags: number): Promise<string> {
  const log = new Binlog(server, { checksum: 'none' });
  log.transaction(insert(1));
  const offset = log.add(sample(code, flags));
  log.transaction(insert(2));
  try {
    const { log: written } = await undo([log.bytes()], { window: 1024 });
    expect(effects([written])).toHaveLength(2);
    return 'dropped';
  } catch (error) {
    if (!(error instanceof BinflashError)) throw error;
    expect(error.offset).toBe(offset);
    return error.code;
  }
}

describe.each([mysql97, mariadb118])('every event type in a file of $version', (server) => {
  const { flavour } = server;
  const expected = new Map<number, string>();
  for (const code of DROPPED[flavour]) expected.set(code, 'dropped');
  for (const [reason, codes] of Object.entries(REFUSED[flavour]))
    for (const code of codes) expected.set(code, reason);

  it('is dropped, refused by name and offset, or understood; an unknown one is refused', async () => {
    const found: Record<number, string> = {};
    const wanted: Record<number, string> = {};
    for (let code = 0; code < 256; code++) {
      wanted[code] = expected.get(code) ?? 'UNSUPPORTED';
      found[code] = await outcome(server, code, 0);
    }
    expect(found).toEqual(wanted);
  });

  it('with the ignorable flag an unknown one is dropped, and a known one is what it is', async () => {
    const found: Record<number, string> = {};
    const wanted: Record<number, string> = {};
    for (let code = 0; code < 256; code++) {
      wanted[code] = expected.get(code) ?? 'dropped';
      found[code] = await outcome(server, code, IGNORABLE);
    }
    expect(found).toEqual(wanted);
  });

  it('the registry knows exactly the listed types, each once', () => {
    const known = Array.from({ length: 256 }, (_, code) => code).filter((code) => eventType(code, flavour));
    expect(known).toEqual([...expected.keys()].sort((a, b) => a - b));
    const ours = eventTypes.filter((type) => type.flavour === 'both' || type.flavour === flavour);
    const codes = ours.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

it('names types for messages, unknown ones by number', () => {
  expect(eventTypeName(19, 'mysql')).toBe('TABLE_MAP');
  expect(eventTypeName(162, 'mariadb')).toBe('GTID');
  expect(eventTypeName(162, 'mysql')).toBe('type 162');
  expect(eventTypeName(250, 'mariadb')).toBe('type 250');
});
