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
