import type { Kept, PageStore } from '../io/page-store.ts';

/** Numbers of a page, in the form in which they are worked with. */
export type Numbers = Uint32Array | Float64Array;

/**
 * A page put away. Numbers of an index rise by steps that are alike, or are alike themselves, so what is kept is how
 * far each is from the smallest number or step, in as few bytes as the farthest needs; none where all are alike.
 */
export interface PackedPage {
  readonly count: number;
  /** Are the differences kept between a number and the one before it, instead of the numbers? */
  readonly isSteps: boolean;
  /** The first number. */
  readonly first: number;
  /** The smallest number, or step. */
  readonly least: number;
  /** Bytes a number. */
  readonly width: Width;
  readonly kept: Kept | undefined;
}

type Width = 0 | 1 | 2 | 4 | 8;

/** Packs whole numbers. @throws BinflashError `IO` */
export function packPage(page: Numbers, store: PageStore): PackedPage {
  const count = page.length;
  const first = page[0]!;
  let [least, most, leastStep, mostStep] = [first, first, Infinity, -Infinity];
  for (let i = 1; i < count; i++) {
    const number = page[i]!;
    const step = number - page[i - 1]!;
    if (number < least) least = number;
    if (number > most) most = number;
    if (step < leastStep) leastStep = step;
    if (step > mostStep) mostStep = step;
  }
  const plain = widthOf(most - least);
  const steps = count > 1 ? widthOf(mostStep - leastStep) : plain;
  if (plain <= steps) {
    if (plain === 8) least = 0;
    const kept = plain === 0 ? undefined : store.keep(packNumbers(page, least, plain));
    return { count, isSteps: false, first, least, width: plain, kept };
  }
  const kept = steps === 0 ? undefined : store.keep(packSteps(page, leastStep, steps));
  return { count, isSteps: true, first, least: leastStep, width: steps, kept };
}

function widthOf(most: number): Width {
  if (most === 0) return 0;
  if (most < 2 ** 8) return 1;
  if (most < 2 ** 16) return 2;
  return most < 2 ** 32 ? 4 : 8;
}

function packNumbers(page: Numbers, least: number, width: Width): Uint8Array {
  const into = numbersOf(width, new Uint8Array(page.length * width));
  for (let i = 0; i < page.length; i++) into[i] = page[i]! - least;
  return new Uint8Array(into.buffer);
}

function packSteps(page: Numbers, least: number, width: Width): Uint8Array {
  const into = numbersOf(width, new Uint8Array(page.length * width));
  for (let i = 1; i < page.length; i++) into[i] = page[i]! - page[i - 1]! - least;
  return new Uint8Array(into.buffer);
}

/** Fills the beginning of `page` with what was packed. @throws BinflashError `IO` */
export function unpackPage(packed: PackedPage, page: Numbers, store: PageStore): void {
  const { count, isSteps, first, least, width, kept } = packed;
  if (kept === undefined) {
    if (!isSteps) page.fill(least, 0, count);
    else for (let i = 0; i < count; i++) page[i] = first + i * least;
    return;
  }
  const from = numbersOf(width, store.read(kept, count * width));
  if (isSteps) {
    let number = first;
    page[0] = number;
    for (let i = 1; i < count; i++) {
      number += least + from[i]!;
      page[i] = number;
    }
  } else {
    for (let i = 0; i < count; i++) page[i] = from[i]! + least;
  }
}

function numbersOf(
  width: Width,
  { buffer, byteOffset, length }: Uint8Array,
): Uint8Array | Uint16Array | Numbers {
  if (width === 1) return new Uint8Array(buffer, byteOffset, length);
  if (width === 2) return new Uint16Array(buffer, byteOffset, length / 2);
  if (width === 4) return new Uint32Array(buffer, byteOffset, length / 4);
  return new Float64Array(buffer, byteOffset, length / 8);
}
