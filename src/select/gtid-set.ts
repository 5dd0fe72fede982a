import { BinflashError } from '../errors.ts';

/** A set of GTIDs: by source (UUID, UUID with tag, or MariaDB's `domain-server`) the ranges of numbers, ends included. */
export type GtidSet = ReadonlyMap<string, readonly (readonly [bigint, bigint])[]>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** A tag of MySQL 8.3 and later; it holds for the ranges after it. */
const TAG = /^[a-z_][a-z0-9_]{0,31}$/i;
const RANGE = /^(\d{1,19})(?:-(\d{1,19}))?$/;
const MARIADB = /^(\d{1,10}-\d{1,10})-(\d{1,20})$/;

/**
 * Parses GTID sets as servers print them: MySQL `uuid:1-5:8,uuid:3` and with tags
 * `uuid:1-5:shop:1-3`, MariaDB a list of `0-1-5,0-2-7`.
 *
 * @throws BinflashError `USAGE` naming the item that does not parse
 */
export function parseGtidSet(option: string, texts: readonly string[]): GtidSet {
  const set = new Map<string, [bigint, bigint][]>();
  const add = (source: string, from: bigint, to: bigint): void => {
    const ranges = set.get(source);
    if (ranges) ranges.push([from, to]);
    else set.set(source, [[from, to]]);
  };
  for (const item of texts.flatMap((text) => text.split(',')).map((text) => text.trim())) {
    if (item === '') continue;
    const mariadb = MARIADB.exec(item);
    if (mariadb) {
      add(mariadb[1]!, BigInt(mariadb[2]!), BigInt(mariadb[2]!));
      continue;
    }
    const [uuid, ...parts] = item.split(':').map((part) => part.trim());
    if (!UUID.test(uuid!) || !RANGE.test(parts.at(-1) ?? '')) throw badItem(option, item);
    let source = uuid!.toLowerCase();
    for (const part of parts) {
      const range = RANGE.exec(part);
      if (range === null && !TAG.test(part)) throw badItem(option, item);
      if (range === null) {
        source = `${uuid!.toLowerCase()}:${part.toLowerCase()}`;
        continue;
      }
      const from = BigInt(range[1]!);
      const to = range[2] === undefined ? from : BigInt(range[2]);
      if (to < from) throw badItem(option, item);
      add(source, from, to);
    }
  }
  return set;
}

function badItem(option: string, item: string): BinflashError {
  return new BinflashError('USAGE', `${option} "${item}" is not a GTID set`, {
    hint: 'MySQL: 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:8, with a tag uuid:tag:1-5, MariaDB: 0-1-5,0-1-6.',
  });
}

export function containsGtid(set: GtidSet, source: string, sequence: bigint): boolean {
  return set.get(source)?.some(([from, to]) => sequence >= from && sequence <= to) ?? false;
}
