import { checksumLength } from '../binlog/format-description.ts';
import { isOdd, normalForm } from '../binlog/normal-form.ts';
import type { LoadedRun } from '../io/run-windows.ts';
import { type FileSummary, formatAt } from '../scan/binlog-index.ts';
import { PLAIN } from '../scan/event-table.ts';
import { fileEnd, fileOffset, type Places } from './places.ts';
import type { EventRun } from './runs.ts';
import type { UnpackRoom } from './unpacking.ts';

/** The events of a run that has been read, one of them in hand: `bytes[start, end)`, in plain form, without checksum. */
export class LoadedEvents {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  readonly #places: Places;
  readonly #files: readonly FileSummary[];
  readonly #room: UnpackRoom;
  #loaded: LoadedRun<EventRun> | undefined;

  constructor(places: Places, files: readonly FileSummary[], room: UnpackRoom) {
    this.#places = places;
    this.#files = files;
    this.#room = room;
  }

  /** Goes on to another run. What was in hand must not be used any more. */
  use(loaded: LoadedRun<EventRun>): void {
    if (loaded.run !== this.#loaded?.run) this.#room.clear();
    this.#loaded = loaded;
  }

  /** Takes the event at place `i`, one of the run, in hand, and unpacks it where it is packed. */
  open(i: number): void {
    const places = this.#places;
    const { run, bytes, base } = this.#loaded!;
    const packed = places.packed(i);
    const format = formatAt(this.#files[places.file(i)]!, fileOffset(places, i));
    const trailer = checksumLength(format);
    if (packed === PLAIN || run.spooled) {
      this.bytes = bytes;
      // Offsets in files may be of more than 32 bits, but what comes of them is not: engines take others for fractions.
      this.start = (base + places.offset(i) - run.position) >>> 0;
      // Events inside a packed one have no checksum.
      this.end = this.start + places.size(i) - (packed === PLAIN ? trailer : 0);
      if (isOdd(format)) {
        this.bytes = normalForm(bytes, this.start, this.end, format);
        this.start = 0;
        this.end = this.bytes.length;
      }
      return;
    }
    const outer = base + fileOffset(places, i) - run.position;
    const outerEnd = base + fileEnd(places, i) - run.position - trailer;
    const inner = this.#room.open(packed, bytes, outer, outerEnd);
    this.bytes = this.#room.bytes;
    this.start = (inner + places.offset(i)) >>> 0;
    this.end = this.start + places.size(i);
  }
}
