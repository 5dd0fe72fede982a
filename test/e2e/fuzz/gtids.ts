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

/** `uuid:1-7` or `0-1-7`: the last number by what stands before it. */
function newest(position: string): Map<string, number> {
  const sources = new Map<string, number>();
  for (const gtid of position.split(',')) {
    const match = /^(.*?)(?::(?:\d+-)?|-)(\d+)$/.exec(gtid);
    if (match) sources.set(match[1]!, Number(match[2]));
  }
  return sources;
}
