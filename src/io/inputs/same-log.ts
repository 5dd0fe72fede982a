import type { InputFile } from '../source.ts';

/** Where the header of the first event has its flags: IN_USE goes when the server closes the log. */
const FLAGS_AT = 4 + 17;

/** Magic, header and fields of FORMAT_DESCRIPTION, with when and by whom it was begun. */
const HEAD = 4 + 19 + 57;

/** As far as two logs are compared: in the same second, a server does not write so much twice. */
const COMPARED = 64 * 1024;

/** What logs that may be the same one have in common. */
export async function headOf(file: InputFile): Promise<string> {
  return (await beginningOf(file, HEAD)).toString('latin1');
}

/** Is one a copy of the other, or of its beginning? Both are plain logs with the same {@link headOf}. */
export async function isSameLog(a: InputFile, b: InputFile): Promise<boolean> {
  const length = Math.min(a.size, b.size, COMPARED);
  const [one, other] = await Promise.all([beginningOf(a, length), beginningOf(b, length)]);
  return one.equals(other);
}

async function beginningOf(file: InputFile, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.min(length, file.size));
  await file.read(bytes, 0, bytes.length, 0);
  if (bytes.length > FLAGS_AT + 1) bytes.writeUInt16LE(0, FLAGS_AT);
  return bytes;
}
