import { HEADER_LENGTH, MAX_PACKED_EVENT } from '../binlog/event-header.ts';
import { EventCode } from '../binlog/event-types.ts';
import { BinflashError } from '../errors.ts';
import { allocate } from '../wire/allocate.ts';
import { readU32 } from '../wire/integers.ts';

/** Takes the event at `bytes[start, end)`, which begins `offset` bytes after the first one. */
export type TakeInnerEvent = (bytes: Uint8Array, start: number, end: number, offset: number) => void;

/**
 * Cuts the plain events of a TRANSACTION_PAYLOAD out of the pieces in which they are unpacked. Events inside a
 * piece are taken where they are; one that goes on in the next piece is collected first.
 */
export class InnerEvents {
  /** Bytes of the events taken so far. */
  offset = 0;
  readonly #take: TakeInnerEvent;
  #held: Uint8Array = new Uint8Array(0);
  #heldLength = 0;

  constructor(take: TakeInnerEvent) {
    this.#take = take;
  }

  push(piece: Uint8Array): void {
    let at = this.#completeHeld(piece);
    while (piece.length - at >= HEADER_LENGTH) {
      const size = eventSize(piece, at);
      if (piece.length - at < size) break;
      this.#take(piece, at, at + size, this.offset);
      this.offset += size;
      at += size;
    }
    if (at < piece.length) this.#hold(piece, at, piece.length);
  }

  /** @throws BinflashError `DAMAGED` when the last event is not complete */
  finish(): void {
    if (this.#heldLength > 0) throw new BinflashError('DAMAGED', 'the payload ends inside an event');
  }

  /** Adds what the event begun earlier still needs; answers where the piece goes on after it. */
  #completeHeld(piece: Uint8Array): number {
    let at = 0;
    while (this.#heldLength > 0 && at < piece.length) {
      const need = this.#heldLength < HEADER_LENGTH ? HEADER_LENGTH : eventSize(this.#held, 0);
      const end = Math.min(piece.length, at + need - this.#heldLength);
      this.#hold(piece, at, end);
      at = end;
      if (this.#heldLength < HEADER_LENGTH || this.#heldLength < eventSize(this.#held, 0)) continue;
      this.#take(this.#held, 0, this.#heldLength, this.offset);
      this.offset += this.#heldLength;
      this.#heldLength = 0;
    }
    return at;
  }

  #hold(piece: Uint8Array, start: number, end: number): void {
    const length = this.#heldLength + end - start;
    if (length > this.#held.length) {
      // Grown by what has come, never by what a header promises.
      const larger = allocate(length * 2);
      larger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = larger;
    }
    this.#held.set(piece.subarray(start, end), this.#heldLength);
    this.#heldLength = length;
  }
}

function eventSize(bytes: Uint8Array, at: number): number {
  const size = readU32(bytes, at + 9);
  if (size >= HEADER_LENGTH && size <= MAX_PACKED_EVENT) return size;
  throw new BinflashError('DAMAGED', `an event in the payload says it is ${size} bytes long`);
}

/** A payload holds one transaction from BEGIN to its end, without the GTID, which stands before it. */
export function mayBeInner(type: number): boolean {
  return ![
    EventCode.FORMAT_DESCRIPTION,
    EventCode.ROTATE,
    EventCode.STOP,
    EventCode.GTID,
    EventCode.ANONYMOUS_GTID,
    EventCode.GTID_TAGGED,
    EventCode.TRANSACTION_PAYLOAD,
  ].some((code) => code === type);
}
