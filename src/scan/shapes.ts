import { compileLayout, imageEnd, type RowLayout } from '../binlog/columns/layout.ts';
import type { Flavour } from '../binlog/event-types.ts';
import { type ChangeKind, partialImageStart, type RowsEvent } from '../binlog/rows.ts';
import { parseTableMap, TABLE_MAP_BODY, type TableDefinition, withDigits } from '../binlog/table-map.ts';
import { BinflashError } from '../errors.ts';
import { bitmapBytes, setBits } from '../wire/bitmap.ts';
import { readU48 } from '../wire/integers.ts';

/** What rows events of the same table, kind and column bitmaps have in common; most tables have three. */
export interface Shape {
  readonly number: number;
  readonly table: TableDefinition;
  readonly kind: ChangeKind;
  /** PARTIAL_UPDATE_ROWS: value options stand before each after image. */
  readonly partial: boolean;
  /** The column bitmap(s) as logged, one after the other. */
  readonly bitmaps: Uint8Array;
  /** The before image of DELETE and UPDATE, the only image of INSERT. */
  readonly first: RowLayout;
  /** The after image of UPDATE. */
  readonly second: RowLayout | undefined;
}

/** Tells what is known, besides the log, of the digits of fraction of a table's temporal columns of old. */
export type KnownDigits = (table: TableDefinition, flavour: Flavour) => Uint8Array | undefined;

interface MappedTable {
  readonly definition: TableDefinition;
  /** Shapes met so far, most of the time the one that the next event has too. */
  readonly shapes: Shape[];
  /** All of them where they are many, as with minimal row images of a table of many columns. */
  readonly byKey: Map<string, Shape>;
}

/**
 * Bytes of memory that the tables of a log and their shapes may take, roughly: a million small tables, or thousands of
 * the widest. A log may be nothing but different TABLE_MAP events, each of which takes forty times its size.
 */
const MAX_MEMORY = 2 ** 31;
/** What each takes, as measured: by itself, for each byte of TABLE_MAP and for each column. */
const DEFINITION_MEMORY = 1500;
const MEMORY_PER_BYTE = 20;
const SHAPE_MEMORY = 1000;
const MEMORY_PER_COLUMN = 16;

/** So many shapes are tried one after the other. */
const FEW_SHAPES = 8;

/** What a table id means. */
interface Mapping {
  readonly mapped: MappedTable;
  /** The statement whose TABLE_MAP says so; table ids mean nothing outside it. */
  statement: number;
}

/**
 * Knows which table each rows event belongs to. Table ids are resolved by position (the TABLE_MAP before
 * the event, in the same statement), for servers reuse them; equal definitions are kept once.
 */
export class ShapeRegistry {
  readonly shapes: Shape[] = [];
  readonly definitions: TableDefinition[] = [];
  readonly #byId = new Map<number, Mapping>();
  readonly #byBody = new Map<string, MappedTable>();

  readonly #known: KnownDigits | undefined;
  readonly #maxMemory: number;
  #memory = 0;

  constructor(maxMemory: number = MAX_MEMORY, known?: KnownDigits) {
    this.#maxMemory = maxMemory;
    this.#known = known;
  }

  #take(memory: number): void {
    this.#memory += memory;
    if (this.#memory <= this.#maxMemory) return;
    const { length } = this.definitions;
    throw new BinflashError('LIMIT', `more is to be known of ${length} tables than memory should hold`, {
      hint: 'Take fewer files at a time, or bound them with --stop-position.',
    });
  }

  /** A new file, and maybe a restarted server: no id means what it meant. */
  forgetIds(): void {
    this.#byId.clear();
  }

  /** Takes note of a TABLE_MAP event, `bytes[start, end)` without its checksum, and answers what it defines. */
  map(bytes: Uint8Array, start: number, end: number, statement: number, flavour: Flavour): TableDefinition {
    if (end - start < TABLE_MAP_BODY) throw new BinflashError('DAMAGED', 'the TABLE_MAP event is too short');
    const id = readU48(bytes, start + TABLE_MAP_BODY - 8);
    let mapping = this.#byId.get(id);
    if (mapping === undefined || !hasBody(mapping.mapped.definition, bytes, start, end)) {
      mapping = { mapped: this.#intern(bytes, start, end, flavour), statement };
      this.#byId.set(id, mapping);
    }
    mapping.statement = statement;
    return mapping.mapped.definition;
  }

  #intern(bytes: Uint8Array, start: number, end: number, flavour: Flavour): MappedTable {
    const body = Buffer.from(
      bytes.buffer,
      bytes.byteOffset + start + TABLE_MAP_BODY - 2,
      end - start - TABLE_MAP_BODY + 2,
    );
    const key = body.toString('latin1');
    let mapped = this.#byBody.get(key);
    if (mapped === undefined) {
      this.#take(DEFINITION_MEMORY + body.length * MEMORY_PER_BYTE);
      const definition = this.#parse(bytes, start, end, flavour);
      this.definitions.push(definition);
      mapped = { definition, shapes: [], byKey: new Map() };
      this.#byBody.set(key, mapped);
    }
    return mapped;
  }

  #parse(bytes: Uint8Array, start: number, end: number, flavour: Flavour): TableDefinition {
    const definition = parseTableMap(bytes, start, end, flavour);
    const digits = definition.lengthsKnown ? undefined : this.#known?.(definition, flavour);
    return digits === undefined ? definition : withDigits(definition, digits);
  }

  /** Has the statement a TABLE_MAP of this id? */
  maps(tableId: number, statement: number): boolean {
    return this.#byId.get(tableId)?.statement === statement;
  }

  /** The shape of a rows event. @throws BinflashError `DAMAGED` when no TABLE_MAP fits it */
  shapeOf(bytes: Uint8Array, event: RowsEvent, statement: number): Shape {
    const mapping = this.#byId.get(event.tableId);
    if (mapping === undefined || mapping.statement !== statement) {
      throw new BinflashError('DAMAGED', `no TABLE_MAP of this statement defines table id ${event.tableId}`);
    }
    const { mapped } = mapping;
    const { definition } = mapped;
    if (definition.types.length !== event.columnCount) {
      throw new BinflashError(
        'DAMAGED',
        `the event has ${event.columnCount} columns, its TABLE_MAP ${definition.types.length}`,
        { table: `${definition.schema}.${definition.name}` },
      );
    }
    for (const shape of mapped.shapes) {
      if (
        shape.kind === event.kind &&
        shape.partial === event.partial &&
        sameBytes(shape.bitmaps, bytes, event.bitmapStart)
      )
        return shape;
    }
    const key = shapeKey(bytes, event);
    let shape = mapped.byKey.get(key);
    if (shape === undefined) {
      this.#take(SHAPE_MEMORY + event.columnCount * MEMORY_PER_COLUMN);
      shape = this.#newShape(definition, bytes, event);
      mapped.byKey.set(key, shape);
      if (mapped.shapes.length < FEW_SHAPES) mapped.shapes.push(shape);
    }
    return shape;
  }

  #newShape(table: TableDefinition, bytes: Uint8Array, event: RowsEvent): Shape {
    const count = event.columnCount;
    const width = bitmapBytes(count);
    const first = compileLayout(setBits(bytes, event.bitmapStart, count), table.lengths);
    const second =
      event.kind === 'update'
        ? compileLayout(setBits(bytes, event.bitmapStart + width, count), table.lengths)
        : undefined;
    const bitmaps = bytes.slice(event.bitmapStart, event.rowsStart);
    const shape: Shape = {
      number: this.shapes.length,
      table,
      kind: event.kind,
      partial: event.partial,
      bitmaps,
      first,
      second,
    };
    this.shapes.push(shape);
    return shape;
  }
}

function shapeKey(bytes: Uint8Array, { kind, partial, bitmapStart, rowsStart }: RowsEvent): string {
  const bitmaps = Buffer.from(bytes.buffer, bytes.byteOffset + bitmapStart, rowsStart - bitmapStart);
  return `${kind}${partial ? '*' : ''}${bitmaps.toString('latin1')}`;
}

function sameBytes(expected: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < expected.length; i++) if (expected[i] !== bytes[at + i]) return false;
  return true;
}

function hasBody(definition: TableDefinition, bytes: Uint8Array, start: number, end: number): boolean {
  const from = start + TABLE_MAP_BODY - 2;
  return definition.body.length === end - from && sameBytes(definition.body, bytes, from);
}

/** What {@link countRows} finds; one object is reused for all events. */
export interface RowCount {
  rows: number;
  /** Bytes of the largest row: of both images, in an UPDATE. */
  largest: number;
}

/**
 * Walks the rows of an event and counts them, having checked that each image ends inside the event and the last
 * one exactly at its end.
 *
 * @throws BinflashError `DAMAGED` at the first row that does not fit; its number is in the message
 */
export function countRows(bytes: Uint8Array, event: RowsEvent, shape: Shape, into: RowCount): void {
  const { first, second } = shape;
  const { rowsEnd } = event;
  const jsonColumns = shape.partial ? shape.table.jsonColumns.length : 0;
  let at = event.rowsStart;
  let rows = 0;
  let largest = 0;
  // Images without any column take no bytes (an INSERT of defaults under a minimal row image): one row.
  if (first.columns.length === 0 && (second === undefined || second.columns.length === 0)) {
    if (at === rowsEnd) rows = 1;
  }
  while (at < rowsEnd && at >= 0) {
    let next = imageEnd(bytes, at, rowsEnd, first);
    if (shape.partial && next >= 0) next = partialImageStart(bytes, next, rowsEnd, jsonColumns);
    if (second !== undefined && next >= 0) next = imageEnd(bytes, next, rowsEnd, second);
    if (next === at) break;
    if (next - at > largest) largest = next - at;
    at = next;
    rows++;
  }
  if (at !== rowsEnd || rows === 0) {
    throw new BinflashError(
      'DAMAGED',
      rows === 0 ? 'the rows event holds no row' : `row ${rows} does not end inside the event`,
      { table: `${shape.table.schema}.${shape.table.name}` },
    );
  }
  into.rows = rows;
  into.largest = largest;
}
