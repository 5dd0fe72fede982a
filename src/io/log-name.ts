import { basename } from 'node:path';

/** The name of a log, as a server gives it. */
export interface LogName {
  readonly stem: string;
  readonly number: number;
}

/** Is this the file that a ROTATE names, as far as names tell? */
export function isNamed(next: string | undefined, path: string): boolean {
  const [a, b] = [splitName(next ?? ''), splitName(path)];
  return a !== undefined && a.stem === b?.stem && a.number === b.number;
}

/** `mysql-bin.000011`, and its archive `mysql-bin.000011.gz`, is stem `mysql-bin` and number 11. */
export function splitName(path: string): LogName | undefined {
  const match = /^(.+)\.(\d+)(\.(gz|gzip|zst|zstd))?$/i.exec(basename(path));
  return match ? { stem: match[1]!, number: Number(match[2]) } : undefined;
}

/**
 * Are these the names of two logs of one server, though they begin alike? So where the one at `path` is named as its ROTATE to
 * `next` says, and the other one has another number: servers that flush their logs several times in a second may log the
 * same in each.
 */
export function areTwoLogs(path: string, next: string | undefined, other: string): boolean {
  const [own, following, others] = [splitName(path), splitName(next ?? ''), splitName(other)];
  if (own === undefined || following?.stem !== own.stem || following.number !== own.number + 1) return false;
  return others?.stem === own.stem && others.number !== own.number;
}
