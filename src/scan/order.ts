import { HEADER_LENGTH, MAGIC } from '../binlog/event-header.ts';
import { BinflashError } from '../errors.ts';
import { type LogName, splitName } from '../io/log-name.ts';
import type { InputFile } from '../io/source.ts';
import { readU32 } from '../wire/integers.ts';

/**
 * Puts files into the order in which the server wrote them: by number where all of them have the same
 * stem, else by the time in their FORMAT_DESCRIPTION, which the scan verifies later.
 *
 * @throws BinflashError `USAGE` when the order cannot be told
 */
export async function orderFiles(files: readonly InputFile[]): Promise<InputFile[]> {
  const named = await Promise.all(
    files.map(async (file) => ({ file, name: splitName(file.path), time: await beginTime(file) })),
  );
  const stem = named[0]?.name?.stem;
  const byNumber = named.every(({ name }) => name !== undefined && name.stem === stem);
  const numberOf = ({ name }: Named): number => name?.number ?? 0;
  named.sort((a, b) => (byNumber ? 0 : a.time - b.time) || numberOf(a) - numberOf(b));
  for (const [i, one] of named.entries()) {
    const before = named[i - 1];
    if (before === undefined || (!byNumber && before.time !== one.time)) continue;
    // Of one second, the numbers tell.
    if (
      one.name !== undefined &&
      before.name?.stem === one.name.stem &&
      before.name.number !== one.name.number
    )
      continue;
    throw new BinflashError(
      'USAGE',
      byNumber
        ? `has the same number as ${before.file.path}, and holds another log`
        : `cannot be put in order with ${before.file.path}: both were begun in the same second`,
      { file: one.file.path, hint: byNumber ? NUMBERS_HINT : NAMES_HINT },
    );
  }
  return named.map(({ file }) => file);
}

const NUMBERS_HINT =
  "Give the logs of each server on their own; copies of one server's logs need its names for them, which end in numbers.";
const NAMES_HINT =
  "Give the logs of one server, and of one kind and channel, at a time: by their index (binlog.index, relay.index) or a pattern. Copies need their server's names, which end in numbers.";

interface Named {
  readonly file: InputFile;
  readonly name: LogName | undefined;
  readonly time: number;
}

/** The timestamp of the first event; 0 for a file that is too short, about which the scan has more to say. */
async function beginTime(file: InputFile): Promise<number> {
  const head = new Uint8Array(MAGIC.length + HEADER_LENGTH);
  if (file.size < head.length) return 0;
  await file.read(head, 0, head.length, 0);
  return readU32(head, MAGIC.length);
}
