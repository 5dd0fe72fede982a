import type { BinlogIndex } from '../scan/binlog-index.ts';
import { PLAIN } from '../scan/event-table.ts';
import type { PackedTable } from '../scan/packed-table.ts';
import type { NumberList } from '../scan/paged-column.ts';

/** Some events of the index in their order in the files, as what is asked for to read them. */
export interface Places {
  readonly length: number;
  readonly containers: PackedTable;
  /** Number of the file in which the event at place `i` stands. */
  file(i: number): number;
  /** The event that holds it, see `EventTable.packed`. */
  packed(i: number): number;
  offset(i: number): number;
  size(i: number): number;
}

/** Rows events by their numbers, ascending. */
export function eventPlaces({ events }: BinlogIndex, numbers: NumberList): Places {
  return {
    length: numbers.length,
    containers: events.containers,
    file: (i) => events.file.get(numbers.get(i)),
    packed: (i) => events.packed.get(numbers.get(i)),
    offset: (i) => events.offset.get(numbers.get(i)),
    size: (i) => events.size.get(numbers.get(i)),
  };
}

/** Statement texts by their numbers, ascending. */
export function textPlaces({ events, texts }: BinlogIndex, numbers: NumberList): Places {
  return {
    length: numbers.length,
    containers: events.containers,
    file: (i) => texts.file.get(numbers.get(i)),
    packed: (i) => texts.packed.get(numbers.get(i)),
    offset: (i) => texts.offset.get(numbers.get(i)),
    size: (i) => texts.size.get(numbers.get(i)),
  };
}

/** Where the event, or the one that holds it, begins in its file. */
export function fileOffset(places: Places, i: number): number {
  const packed = places.packed(i);
  return packed === PLAIN ? places.offset(i) : places.containers.offset.get(packed);
}

/** Where the event, or the one that holds it, ends in its file. */
export function fileEnd(places: Places, i: number): number {
  const packed = places.packed(i);
  if (packed === PLAIN) return places.offset(i) + places.size(i);
  return places.containers.offset.get(packed) + places.containers.size.get(packed);
}

/** Bytes that the event which holds it unpacks to; 0 for one that stands in the file itself. */
export function unpackedSize(places: Places, i: number): number {
  const packed = places.packed(i);
  return packed === PLAIN ? 0 : places.containers.unpacked.get(packed);
}
