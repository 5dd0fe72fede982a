import { unpackEvent } from '../binlog/compressed-event.ts';
import { EventCode } from '../binlog/event-types.ts';
import { parsePayload, unpackPayload } from '../binlog/transaction-payload.ts';
import type { BinflashError } from '../errors.ts';
import { type ByteSource, changedError } from '../io/source.ts';
import { SpoolFile } from '../io/spool.ts';
import { allocate } from '../wire/allocate.ts';

/** The plain events of a packed event, `bytes[start, end)` without its checksum, piece by piece. */
function* plainPieces(bytes: Uint8Array, start: number, end: number, limit: number): Generator<Uint8Array> {
  if (bytes[start + 4] === EventCode.TRANSACTION_PAYLOAD) {
    yield* unpackPayload(bytes, parsePayload(bytes, start, end), limit);
  } else {
    yield unpackEvent(bytes, start, end);
  }
}

/** Unpacks the packed events of one run after the other into a room that is made once. */
export class UnpackRoom {
  readonly bytes: Uint8Array;
  readonly #base: number;
  readonly #end: number;
  #used: number;
  #packed = -1;
  #start = 0;

  /** `bytes[base, base + size)` is the room. */
  constructor(bytes: Uint8Array, base: number, size: number) {
    this.bytes = bytes;
    this.#base = base;
    this.#end = base + size;
    this.#used = base;
  }

  /** A new run: what was unpacked before is not needed any more. */
  clear(): void {
    this.#used = this.#base;
    this.#packed = -1;
  }

  /** Where in {@link bytes} the plain events begin of the packed event number `packed`, `source[start, end)`. */
  open(packed: number, source: Uint8Array, start: number, end: number): number {
    if (packed === this.#packed) return this.#start;
    this.#packed = packed;
    this.#start = this.#used;
    for (const piece of plainPieces(source, start, end, this.#end - this.#used)) {
      if (piece.length > this.#end - this.#used) throw changed();
      this.bytes.set(piece, this.#used);
      this.#used += piece.length;
    }
    return this.#start;
  }
}

function changed(): BinflashError {
  return changedError('a compressed event is larger than before');
}

/** A packed event that is unpacked into a temporary file when it is first read from. */
export class UnpackedSource implements ByteSource {
  readonly #open: () => Promise<SpoolFile>;
  #spool: Promise<SpoolFile> | undefined;

  private constructor(open: () => Promise<SpoolFile>) {
    this.#open = open;
  }

  /** The packed event stands at `position` of `file`, `length` bytes long, of which the last `trailer` are its checksum. */
  static of(
    file: ByteSource,
    position: number,
    length: number,
    trailer: number,
    folder: string,
    limit: number,
  ): UnpackedSource {
    return new UnpackedSource(() => unpackToFile(file, position, length, trailer, folder, limit));
  }

  async read(into: Uint8Array, at: number, length: number, position: number): Promise<void> {
    this.#spool ??= this.#open();
    await (await this.#spool).read(into, at, length, position);
  }

  /** Gives the temporary file's room back; nothing may be read any more. */
  async close(): Promise<void> {
    await this.#spool?.then(
      (spool) => spool.close(),
      () => {},
    );
  }
}

async function unpackToFile(
  file: ByteSource,
  position: number,
  length: number,
  trailer: number,
  folder: string,
  limit: number,
): Promise<SpoolFile> {
  const event = allocate(length);
  await file.read(event, 0, length, position);
  const spool = await SpoolFile.create(folder);
  try {
    for (const piece of plainPieces(event, 0, length - trailer, limit)) await spool.write(piece);
    return spool;
  } catch (error) {
    await spool.close();
    throw error;
  }
}
