import { unpackEvent } from '../../../src/binlog/compressed-event.ts';
import { parsePayload, unpackPayload } from '../../../src/binlog/transaction-payload.ts';
import { loadZstd } from '../../../src/binlog/zstd.ts';
import { InnerEvents } from '../../../src/scan/inner-events.ts';
import { expectBinflashError } from './expect.ts';

const ready = loadZstd();

/** Compressed events: the first byte is the type, the rest the body. */
export async function fuzz(data: Buffer): Promise<void> {
  await ready;
  const event = Buffer.concat([Buffer.alloc(19), data.subarray(1)]);
  const type = data[0] ?? 40;
  if (type >= 165 && type <= 171) {
    event[4] = type;
    expectBinflashError(() => void unpackEvent(event, 0, event.length));
    return;
  }
  expectBinflashError(() => {
    const inner = new InnerEvents(() => {});
    for (const piece of unpackPayload(event, parsePayload(event, 0, event.length), 2 ** 22))
      inner.push(piece);
    inner.finish();
  });
}
