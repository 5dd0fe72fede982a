import { createReadStream } from 'node:fs';
import { ioError } from './source.ts';

const CHUNK = 1024 * 1024;

/**
 * The bytes of a file from its beginning, chunk by chunk; pipes too, so that `<(mysqldump ...)` can be read.
 *
 * @throws BinflashError `IO`
 */
export async function* readChunks(path: string): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) yield chunk as Buffer;
  } catch (error) {
    throw ioError('cannot be read', path, error);
  }
}
