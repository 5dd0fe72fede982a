import { Cursor } from '../../../wire/cursor.ts';
import { LimitedText } from './limited-text.ts';
import { doubleText, readDouble } from './reals.ts';
import { isLatitudeFirst } from './spatial-reference.ts';
import { bytesDecoder } from './text.ts';
import type { ColumnDecoder } from './value.ts';

/** How a server writes well-known text. */
export interface WktStyle {
  /** `MULTIPOINT((1 2),(3 4))`, as MySQL 5.7 and later write it; others leave the inner parentheses out. */
  readonly pointsInParentheses: boolean;
  /** MySQL 8.0 and later store the longitude first and print the axes in the order of the reference system. */
  readonly axesOfReferenceSystem: boolean;
}

const POINT = 1;
const LINESTRING = 2;
const POLYGON = 3;
const GEOMETRYCOLLECTION = 7;

const NAMES = [
  undefined,
  'POINT',
  'LINESTRING',
  'POLYGON',
  'MULTIPOINT',
  'MULTILINESTRING',
  'MULTIPOLYGON',
  'GEOMETRYCOLLECTION',
];

/** Collections inside one another; bounds the recursion. */
const MAX_DEPTH = 100;

const LITTLE_ENDIAN = 1;

/**
 * GEOMETRY and its kin: SRID as u32, then well-known binary. Bytes that are none are shown as bytes.
 *
 * | field | size |
 * |---|---|
 * | byte order: 1, little-endian | u8 |
 * | type: 1 POINT to 7 GEOMETRYCOLLECTION | u32 |
 * | POINT: x, y | two doubles |
 * | LINESTRING: number of points, the points without heads | u32 |
 * | POLYGON: number of rings, each as a LINESTRING without head | u32 |
 * | others: number of parts, the parts with heads | u32 |
 */
export function geometryDecoder(most: number, style: WktStyle): ColumnDecoder {
  const asBytes = bytesDecoder(most);
  return (bytes, start, end) => {
    try {
      const cursor = new Cursor(bytes, start, end);
      const srid = cursor.u32('SRID');
      const text = new LimitedText(most);
      new WktWriter(cursor, text, style, srid).geometry(true, 1);
      if (text.isFull || cursor.left === 0) {
        return { kind: 'geometry', srid, text: text.finish(), cut: text.isFull };
      }
    } catch {
      // It is not well-known binary.
    }
    return asBytes(bytes, start, end);
  };
}

/** Writes the geometry that a cursor stands before; what is malformed throws. */
class WktWriter {
  readonly #cursor: Cursor;
  readonly #text: LimitedText;
  readonly #style: WktStyle;
  readonly #swap: boolean;

  constructor(cursor: Cursor, text: LimitedText, style: WktStyle, srid: number) {
    this.#cursor = cursor;
    this.#text = text;
    this.#style = style;
    this.#swap = style.axesOfReferenceSystem && isLatitudeFirst(srid);
  }

  /** Parts of collections have their names, parts of other geometries have not. */
  geometry(named: boolean, depth: number): void {
    const order = this.#cursor.u8('byte order');
    const type = this.#cursor.u32('geometry type');
    const name = NAMES[type];
    if (order !== LITTLE_ENDIAN || name === undefined || depth > MAX_DEPTH) throw new Error('no geometry');
    if (named) this.#text.put(name);
    if (type === POINT) this.#point(named || this.#style.pointsInParentheses);
    else if (type === LINESTRING) this.#points();
    else if (type === POLYGON) this.#list(() => this.#points());
    else this.#list(() => this.geometry(type === GEOMETRYCOLLECTION, depth + 1));
  }

  #points(): void {
    this.#list(() => this.#point(false));
  }

  #list(part: () => void): void {
    const count = this.#cursor.u32('number of parts');
    if (count === 0) {
      this.#text.put(' EMPTY');
      return;
    }
    this.#text.put('(');
    this.#text.list(count, ',', part);
    this.#text.put(')');
  }

  #point(inParentheses: boolean): void {
    const at = this.#cursor.skip(16, 'point');
    const x = doubleText(readDouble(this.#cursor.bytes, at));
    const y = doubleText(readDouble(this.#cursor.bytes, at + 8));
    const text = this.#swap ? `${y} ${x}` : `${x} ${y}`;
    this.#text.put(inParentheses ? `(${text})` : text);
  }
}
