import type { PageStore } from '../io/page-store.ts';
import { type Numbers, type PackedPage, packPage, unpackPage } from './packed-page.ts';

/** Numbers that a column begins with; it grows. */
const SMALLEST = 64;

/** A page in the form in which it is worked with. */
interface OpenPage<A extends Numbers> {
  numbers: A;
  /** Its place in the column, or -1. */
  place: number;
  /** Was it written since it was packed? */
  isChanged: boolean;
  isBlank: boolean;
}

/**
 * One property of all events or transactions of an index: an endless row of whole numbers, all of them `blank` until
 * they are set. Three pages are open, the last one written and two that are looked into, so that who compares numbers of
 * two places does not turn pages back and forth; the others are packed, and kept by a {@link PageStore}.
 *
 * The kinds below differ in their arrays only. Each has its own `get` and `set`, because V8 makes machine code by
 * function: shared by two kinds of arrays it would be several times slower.
 */
abstract class PagedColumn<A extends Numbers> {
  /** The numbers of the page in hand. */
  protected numbers: A;
  /** Number of the first of them. */
  protected low = 0;
  protected isChanged = false;
  readonly #blank: number;
  readonly #store: PageStore;
  readonly #pageLength: number;
  readonly #firstLength: number;
  readonly #pages: (PackedPage | undefined)[] = [];
  readonly #last: OpenPage<A>;
  /** The page looked into last, and the one before. */
  #other: OpenPage<A>;
  #another: OpenPage<A>;
  /** One of the three. */
  #hand: OpenPage<A>;

  constructor(store: PageStore, blank: number) {
    this.#store = store;
    this.#pageLength = store.limits.page;
    this.#firstLength = store.limits.firstPage;
    this.#blank = blank;
    const numbers = this.make(Math.min(SMALLEST, this.#firstLength)).fill(blank) as A;
    this.#last = { numbers, place: 0, isChanged: false, isBlank: true };
    this.#other = { numbers: this.make(0), place: -1, isChanged: false, isBlank: false };
    this.#another = { ...this.#other };
    this.#hand = this.#last;
    this.numbers = numbers;
  }

  protected abstract make(length: number): A;

  /** Takes the page of number `i` in hand and answers where in it that stands. @throws BinflashError `IO` */
  protected turn(i: number, isToWrite: boolean): number {
    const place = this.#placeOf(i);
    if (this.#hand.place !== place) this.#turnTo(place, isToWrite);
    const at = i - this.low;
    if (at >= this.numbers.length) this.#enlarge(at + 1);
    return at;
  }

  /** The page that number `i` is in. */
  #placeOf(i: number): number {
    return i < this.#firstLength ? 0 : Math.floor((i - this.#firstLength) / this.#pageLength) + 1;
  }

  #beginOf(place: number): number {
    return place === 0 ? 0 : this.#firstLength + (place - 1) * this.#pageLength;
  }

  #turnTo(place: number, isToWrite: boolean): void {
    this.#hand.isChanged = this.isChanged;
    if (place === this.#last.place) this.#take(this.#last);
    else if (place === this.#other.place) this.#take(this.#other);
    else if (isToWrite && place > this.#last.place && place !== this.#another.place)
      this.#open(this.#last, place);
    else {
      const page = this.#another;
      this.#another = this.#other;
      this.#other = page;
      if (place === page.place) this.#take(page);
      else this.#open(page, place);
    }
  }

  #take(page: OpenPage<A>): void {
    this.#hand = page;
    this.numbers = page.numbers;
    this.low = this.#beginOf(page.place);
    this.isChanged = page.isChanged;
  }

  /** Puts away what `page` has been, and makes it that of another place. */
  #open(page: OpenPage<A>, place: number): void {
    this.#putAway(page);
    const length = place === 0 ? this.#firstLength : this.#pageLength;
    if (page.numbers.length !== length) {
      page.numbers = this.make(length);
      page.isBlank = false;
    }
    page.place = place;
    const packed = this.#pages[place];
    if (packed !== undefined) {
      unpackPage(packed, page.numbers, this.#store);
      page.numbers.fill(this.#blank, packed.count);
    } else if (!page.isBlank) {
      page.numbers.fill(this.#blank);
    }
    page.isBlank = packed === undefined;
    this.#take(page);
  }

  #putAway(page: OpenPage<A>): void {
    if (!page.isChanged) return;
    this.#drop(page.place);
    // Nothing is between: an array with holes is slow.
    while (this.#pages.length < page.place) this.#pages.push(undefined);
    this.#pages[page.place] = this.#shared(packPage(page.numbers, this.#store), page.place);
    page.isChanged = false;
    page.isBlank = false;
  }

  /** Pages that hold one number alone are often many: one object for all of them. */
  #shared(page: PackedPage, place: number): PackedPage {
    const before = this.#pages[place - 1];
    const isSame =
      page.width === 0 &&
      before?.width === 0 &&
      !page.isSteps &&
      !before.isSteps &&
      page.least === before.least &&
      page.count === before.count;
    return isSame ? before : page;
  }

  #drop(place: number): void {
    const kept = this.#pages[place]?.kept;
    if (kept !== undefined) this.#store.drop(kept);
  }

  /** The first page grows as it is filled. */
  #enlarge(length: number): void {
    const page = this.#hand;
    const larger = this.make(Math.min(this.#firstLength, Math.max(length, 2 * page.numbers.length)));
    larger.fill(this.#blank, page.numbers.length);
    larger.set(page.numbers);
    page.numbers = larger;
    this.numbers = larger;
  }

  /** Makes the numbers from `from` on blank again; those from `end` on are so already. @throws BinflashError `IO` */
  clear(from: number, end: number): void {
    const place = this.#placeOf(from);
    this.#hand.isChanged = this.isChanged;
    for (const page of [this.#last, this.#other, this.#another]) {
      // What was written into it is about to be forgotten.
      if (page.place > place) Object.assign(page, { place: -1, isChanged: false, isBlank: false });
    }
    for (let gone = this.#pages.length - 1; gone > place; gone--) {
      this.#drop(gone);
      this.#pages.pop();
    }
    if (place === this.#last.place) this.#take(this.#last);
    else if (place === this.#other.place) this.#take(this.#other);
    else if (place === this.#another.place) this.#take(this.#another);
    else this.#open(this.#last, place);
    this.numbers.fill(this.#blank, from - this.low, Math.max(from, end) - this.low);
    this.isChanged = true;
  }
}

/** Numbers below 2^32. */
export class U32Column extends PagedColumn<Uint32Array> {
  constructor(store: PageStore, blank = 0) {
    super(store, blank);
  }

  protected override make(length: number): Uint32Array {
    return new Uint32Array(length);
  }

  get(i: number): number {
    let at = (i - this.low) >>> 0;
    if (at >= this.numbers.length) at = this.turn(i, false);
    return this.numbers[at]!;
  }

  set(i: number, number: number): void {
    let at = (i - this.low) >>> 0;
    if (at >= this.numbers.length) at = this.turn(i, true);
    this.numbers[at] = number;
    this.isChanged = true;
  }

  add(i: number, number: number): void {
    this.set(i, this.get(i) + number);
  }
}

/** Whole numbers of up to 53 bits. */
export class F64Column extends PagedColumn<Float64Array> {
  constructor(store: PageStore, blank = 0) {
    super(store, blank);
  }

  protected override make(length: number): Float64Array {
    return new Float64Array(length);
  }

  get(i: number): number {
    let at = (i - this.low) >>> 0;
    if (at >= this.numbers.length) at = this.turn(i, false);
    return this.numbers[at]!;
  }

  set(i: number, number: number): void {
    let at = (i - this.low) >>> 0;
    if (at >= this.numbers.length) at = this.turn(i, true);
    this.numbers[at] = number;
    this.isChanged = true;
  }

  add(i: number, number: number): void {
    this.set(i, this.get(i) + number);
  }
}

/** Numbers below 2^64; the upper halves take no room where they are 0. */
export class U64Column {
  readonly #low: U32Column;
  readonly #high: U32Column;

  constructor(store: PageStore) {
    this.#low = new U32Column(store);
    this.#high = new U32Column(store);
  }

  get(i: number): bigint {
    return (BigInt(this.#high.get(i)) << 32n) | BigInt(this.#low.get(i));
  }

  set(i: number, number: bigint): void {
    this.#low.set(i, Number(number & 0xffff_ffffn));
    const high = Number((number >> 32n) & 0xffff_ffffn);
    if (high > 0 || this.#high.get(i) > 0) this.#high.set(i, high);
  }
}

/** Numbers below 2^32 that are added one after the other. */
export class NumberList {
  length = 0;
  readonly #numbers: U32Column;

  constructor(store: PageStore) {
    this.#numbers = new U32Column(store);
  }

  /** A list of these numbers. */
  static of(store: PageStore, numbers: Iterable<number>): NumberList {
    const list = new NumberList(store);
    for (const number of numbers) list.push(number);
    return list;
  }

  get(i: number): number {
    return this.#numbers.get(i);
  }

  push(number: number): void {
    this.#numbers.set(this.length++, number);
  }
}
