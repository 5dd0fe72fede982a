import { CHECKSUM_LENGTH } from '../../binlog/checksum.ts';
import { HEADER_LENGTH, MAGIC } from '../../binlog/event-header.ts';
import { EventCode } from '../../binlog/event-types.ts';
import { areTwoLogs, splitName } from '../log-name.ts';
import type { InputFile } from '../source.ts';
import { plainName } from './names.ts';

/** Where the header of the first event has its flags: IN_USE goes when the server closes the log. */
const FLAGS_AT = MAGIC.length + 17;

/** Magic, header and fields of FORMAT_DESCRIPTION, with when and by whom it was begun. */
const HEAD = MAGIC.length + HEADER_LENGTH + 57;

/** So much of two logs is compared, at their beginning and where the shorter one ends. */
const COMPARED = 64 * 1024;

/** What logs that may be the same one have in common. */
export async function headOf(file: InputFile): Promise<string> {
  return (await beginningOf(file, HEAD)).toString('latin1');
}

/** What servers write into a log in which nothing has happened. */
const HOUSEKEEPING: ReadonlySet<number> = new Set([
  EventCode.FORMAT_DESCRIPTION,
  EventCode.PREVIOUS_GTIDS,
  EventCode.MARIADB_GTID_LIST,
  EventCode.MARIADB_BINLOG_CHECKPOINT,
  EventCode.ROTATE,
  EventCode.STOP,
]);

/** Is one a copy of the other, or of its beginning? Both are plain logs with the same {@link headOf}. */
export async function isSameLog(a: InputFile, b: InputFile): Promise<boolean> {
  const shorter = Math.min(a.size, b.size);
  const length = Math.min(shorter, COMPARED);
  const [one, other] = await Promise.all([beginningOf(a, length), beginningOf(b, length)]);
  if (!one.equals(other)) return false;
  // A replica that connects anew may begin its next relay log with a large transaction that the last one had to break off.
  const from = Math.max(length, shorter - COMPARED);
  const [end, otherEnd] = await Promise.all([part(a, from, shorter), part(b, from, shorter)]);
  if (!end.equals(otherEnd)) return false;
  const [longer, less] = a.size < b.size ? [b, a] : [a, b];
  if (areTwoLogs(longer.path, await nextOf(longer), less.path)) return false;
  // Where logs are flushed more than once in a second, an empty one is what others begin with.
  const isShort = shorter <= COMPARED;
  return !(isShort && plainName(a.path) !== plainName(b.path) && isEmpty(one));
}

/** The name of the log after this one, where its ROTATE stands at its end: the checksum behind it may be there or not. */
async function nextOf(file: InputFile): Promise<string | undefined> {
  const own = splitName(file.path);
  if (own === undefined) return undefined;
  const digits = plainName(file.path).length - own.stem.length - 1;
  const next = `${own.stem}.${String(own.number + 1).padStart(digits, '0')}`;
  const name = Buffer.from(next);
  const tail = await part(file, Math.max(0, file.size - name.length - CHECKSUM_LENGTH), file.size);
  const isThere = [name.length, name.length + CHECKSUM_LENGTH].some((length) => {
    const at = Math.max(0, tail.length - length);
    return tail.subarray(at, at + name.length).equals(name);
  });
  return isThere ? next : undefined;
}

/** Does a log hold nothing that could be undone? */
function isEmpty(log: Buffer): boolean {
  for (let at = MAGIC.length; at + HEADER_LENGTH <= log.length; ) {
    if (!HOUSEKEEPING.has(log[at + 4]!)) return false;
    at += Math.max(log.readUInt32LE(at + 9), HEADER_LENGTH);
  }
  return true;
}

async function part(file: InputFile, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  await file.read(bytes, 0, bytes.length, from);
  return bytes;
}

async function beginningOf(file: InputFile, length: number): Promise<Buffer> {
  const bytes = await part(file, 0, Math.min(length, file.size));
  if (bytes.length > FLAGS_AT + 1) bytes.writeUInt16LE(0, FLAGS_AT);
  return bytes;
}
