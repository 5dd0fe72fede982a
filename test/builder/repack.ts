import fc from 'fast-check';
import { encodeEvent } from './binlog.ts';
import { join } from './bytes.ts';
import type { Event } from './events.ts';
import { compressed, payload } from './packed.ts';
import { readEvents } from './reader.ts';
import { compressZstd, type ZstdPlan, zstd, zstdPlan } from './zstd.ts';

/** How one transaction is packed. */
export interface Packing {
  /** 'real' compresses where this Node can, else as the plan says. */
  readonly how: 'none' | 'zstd' | 'real';
  readonly plan: ZstdPlan;
  readonly level: number;
  readonly announced: boolean;
}

export const packing: fc.Arbitrary<Packing> = fc.record({
  how: fc.constantFrom('none' as const, 'zstd' as const, 'real' as const),
  plan: zstdPlan,
  level: fc.constantFrom(1, 3, 9, 19),
  announced: fc.boolean(),
});

/** Undefined leaves the transaction, or the event, as it is. */
export type Choose<T> = (number: number) => T | undefined;

/** A binlog as its format and its other events, to be put together again in another way. */
interface Parts {
  /** Magic and FORMAT_DESCRIPTION. */
  readonly format: Buffer;
  readonly checksum: boolean;
  readonly events: readonly (Event & { readonly text: string | undefined })[];
}

function takeApart(file: Buffer): Parts {
  const [format, ...events] = readEvents(file);
  const checksum = events.some(({ crcMatches }) => crcMatches !== undefined);
  return { format: file.subarray(0, 4 + format!.size), checksum, events };
}

function putTogether({ format, checksum }: Parts, events: readonly Event[]): Buffer {
  const pieces = [format];
  let position = format.length;
  for (const event of events) {
    pieces.push(encodeEvent(event, position, 1, 0, checksum));
    position += pieces.at(-1)!.length;
  }
  return join(...pieces);
}

/** Events as they stand inside a payload: without position and checksum. */
export function innerEvents(events: readonly Event[]): Buffer {
  return join(
    ...events.map((event) => encodeEvent(event, undefined, event.serverId ?? 1, event.timestamp ?? 0, false)),
  );
}

/** Wraps the events of a transaction. */
export function wrap(events: readonly Event[], { how, plan, level, announced }: Packing): Event {
  const content = innerEvents(events);
  const { timestamp = 0, serverId = 1 } = events[0]!;
  const unpackedSize = announced ? content.length : undefined;
  const packed =
    how === 'none'
      ? content
      : how === 'real' && compressZstd
        ? compressZstd(content, level)
        : zstd(content, plan);
  return { ...payload(packed, { compression: how === 'none' ? 255 : 0, unpackedSize }), timestamp, serverId };
}

const isBegin = (text: string | undefined): boolean =>
  text === 'BEGIN' || text?.startsWith('XA START') === true;
const isEnd = ({ type, text }: { type: number; text: string | undefined }): boolean =>
  type === 16 || type === 38 || text === 'COMMIT' || text === 'ROLLBACK';

/** A MySQL binlog with its transactions in TRANSACTION_PAYLOADs, GTIDs left before them. */
export function packTransactions(file: Buffer, choose: Choose<Packing>): Buffer {
  const parts = takeApart(file);
  const events: Event[] = [];
  let open: Event[] | undefined;
  let number = 0;
  for (const event of parts.events) {
    if (isBegin(event.text)) open = [];
    (open ?? events).push(event);
    if (open === undefined || !isEnd(event)) continue;
    const how = choose(number++);
    events.push(...(how === undefined ? open : [wrap(open, how)]));
    open = undefined;
  }
  return putTogether(parts, [...events, ...(open ?? [])]);
}

/** A MariaDB binlog with its QUERYs and rows events compressed; the choice is how many bytes a length has at least. */
export function compressEvents(file: Buffer, choose: Choose<number>): Buffer {
  const parts = takeApart(file);
  let number = 0;
  const events = parts.events.map((event): Event => {
    const may =
      event.type === 2 || (event.type >= 23 && event.type <= 32 && event.type !== 26 && event.type !== 27);
    const width = may ? choose(number++) : undefined;
    return width === undefined ? event : compressed(event, width);
  });
  return putTogether(parts, events);
}

/** Where the transactions of a file begin (at their GTIDs), and where it ends. */
export function boundaries(file: Buffer): number[] {
  const begins = readEvents(file).filter(({ type }) => [33, 34, 42, 162].includes(type));
  return [...begins.map(({ offset }) => offset), file.length];
}
