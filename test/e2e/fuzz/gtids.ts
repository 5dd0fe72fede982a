import type { RunningServer } from '../../servers/index.ts';
import type { Dialect } from './dialect.ts';

/** The newest transaction of each source, as the server says it. */
export async function gtidPosition(server: RunningServer): Promise<string> {
  const variable = server.flavour === 'mariadb' ? 'gtid_binlog_pos' : 'gtid_executed';
  return (await server.sql(`SELECT @@GLOBAL.${variable}`)).replaceAll(/\\n|\s/g, '');
}

/** The transactions between two positions, as `--include-gtids` takes them. */
export function gtidsBetween(earlier: string, later: string, { mariadb }: Dialect): string[] {
  const before = newest(earlier);
  return [...newest(later)].flatMap(([source, last]) => {
    const first = (before.get(source) ?? 0) + 1;
    if (first > last) return [];
    if (!mariadb) return [`${source}:${first}-${last}`];
    return Array.from({ length: last - first + 1 }, (_, i) => `${source}-${first + i}`);
  });
}

/** The last number by what stands before it: `uuid:1-7:tag:1-3` is two of them, `0-1-7` one. */
function newest(position: string): Map<string, number> {
  const sources = new Map<string, number>();
  for (const part of position.split(',')) {
    const mariadb = /^(\d+-\d+)-(\d+)$/.exec(part);
    if (mariadb) sources.set(mariadb[1]!, Number(mariadb[2]));
    const [uuid, ...rest] = part.split(':');
    let source = uuid!;
    for (const word of rest) {
      const last = /^(?:\d+-)?(\d+)$/.exec(word)?.[1];
      if (last === undefined) source = `${uuid}:${word}`;
      else sources.set(source, Number(last));
    }
  }
  return sources;
}
