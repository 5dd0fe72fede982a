/** Most bytes of one read or write: at a length from 2 GiB on Node refuses to write, and ends the process when it reads. */
export const MOST_AT_ONCE: number = 2 ** 30;

/** An open file, as far as it is written to. */
interface Writable {
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ bytesWritten: number }>;
}

/**
 * Writes all of `bytes`, at `position` or, where that is left out, behind what was written before. A disk that is nearly
 * full takes a part of them first, and says why only when it is asked to take the rest.
 */
export async function writeFully(file: Writable, bytes: Uint8Array, position?: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const at = position === undefined ? null : position + done;
    const length = Math.min(bytes.length - done, MOST_AT_ONCE);
    const { bytesWritten } = await file.write(bytes, done, length, at);
    if (bytesWritten === 0) throw new Error('nothing was written, and no reason given');
    done += bytesWritten;
  }
}
