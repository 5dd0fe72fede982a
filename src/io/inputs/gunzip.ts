import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BinflashError } from '../../errors.ts';
import { errorCode, type InputFile } from '../source.ts';
import { chunksOf, type OnRead } from './byte-queue.ts';

/**
 * Unpacks a gzip archive, all members that it has, one behind the other.
 *
 * @throws BinflashError `DAMAGED`, `TRUNCATED`, `IO`
 */
export async function* gunzip(file: InputFile, onRead: OnRead): AsyncGenerator<Uint8Array> {
  const engine = createGunzip({ chunkSize: 256 * 1024 });
  // What goes wrong is met where the pieces are awaited.
  pipeline(Readable.from(chunksOf(file, onRead), { objectMode: true, highWaterMark: 1 }), engine, () => {});
  try {
    for await (const piece of engine) yield piece as Buffer;
  } catch (error) {
    if (error instanceof BinflashError || !errorCode(error)?.startsWith('Z_')) throw error;
    if (errorCode(error) === 'Z_BUF_ERROR') {
      throw new BinflashError('TRUNCATED', 'the gzip archive is cut: it ends before its data do', {}, error);
    }
    const reason = error instanceof Error ? error.message : '';
    throw new BinflashError('DAMAGED', `the gzip archive is damaged: ${reason}`, {}, error);
  }
  await checkPadding(file, engine.bytesWritten);
}

/** Behind the last member there may be zeros, as tapes had them; the engine stops there. */
async function checkPadding(file: InputFile, end: number): Promise<void> {
  const rest = new Uint8Array(Math.min(file.size - end, 64 * 1024));
  await file.read(rest, 0, rest.length, end);
  if (rest.every((byte) => byte === 0)) return;
  throw new BinflashError('DAMAGED', `the gzip archive ends after ${end} bytes, and something else follows`);
}
