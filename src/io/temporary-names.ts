import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The name under which a file is written, beside where it will be: `.undo.binlog.1a2b3c4d.tmp`. */
export function temporaryName(path: string, mark: string): string {
  return join(dirname(path), `.${basename(path)}.${mark}.tmp`);
}

/** What may stand between the name of an output and the mark: the number of a part, a table. */
const REST = /^(\..+)?\.[0-9a-f]{8}(\.old)?\.tmp$/;

/** Temporary files for this output that are there before it is begun, as sentences for people. */
export async function leftBehind(path: string): Promise<string[]> {
  const folder = dirname(path);
  const begin = `.${basename(path)}`;
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.startsWith(begin) && REST.test(name.slice(begin.length)))
    .map(
      (name) =>
        `${join(folder, name)} is the temporary file of a run that was killed, or of one that is still under way; it may be removed when none is`,
    );
}
