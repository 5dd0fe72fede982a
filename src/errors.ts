/** Every reason for which binflash stops, as a closed set. */
export type ErrorCode =
  | 'NO_MATCH'
  | 'VERIFY_FAILED'
  | 'USAGE'
  | 'SCHEMA'
  | 'NOT_A_BINLOG'
  | 'DAMAGED'
  | 'TRUNCATED'
  | 'BAD_CHECKSUM'
  | 'GAP'
  | 'ENCRYPTED'
  | 'UNSUPPORTED'
  | 'ROW_IMAGE'
  | 'DDL'
  | 'STATEMENT'
  | 'ROLLED_BACK'
  | 'UNFINISHED'
  | 'INCIDENT'
  | 'SEQUENCE'
  | 'LIMIT'
  | 'IO'
  | 'INTERRUPTED';

/** Exit codes of the command line (docs/guide.md has the table for users). */
export const exitCodes: Record<ErrorCode, number> = {
  NO_MATCH: 1,
  VERIFY_FAILED: 1,
  USAGE: 2,
  SCHEMA: 2,
  NOT_A_BINLOG: 3,
  DAMAGED: 3,
  TRUNCATED: 3,
  BAD_CHECKSUM: 3,
  GAP: 4,
  ENCRYPTED: 4,
  UNSUPPORTED: 4,
  ROW_IMAGE: 4,
  DDL: 4,
  STATEMENT: 4,
  ROLLED_BACK: 4,
  UNFINISHED: 4,
  INCIDENT: 4,
  SEQUENCE: 4,
  LIMIT: 4,
  IO: 5,
  INTERRUPTED: 130,
};

/** The section of docs/can-and-cannot-undo.md that says more of a refusal, by its anchor. */
export const topics: Partial<Record<ErrorCode, string>> = {
  GAP: 'files',
  ENCRYPTED: 'encrypted-files',
  UNSUPPORTED: 'not-supported',
  ROW_IMAGE: 'row-images',
  DDL: 'ddl',
  STATEMENT: 'statements',
  ROLLED_BACK: 'rolled-back',
  UNFINISHED: 'unfinished',
  INCIDENT: 'incidents',
  SEQUENCE: 'sequences',
  LIMIT: 'compression',
};

/** Where in which file an error was met; every field is filled in by whoever knows it. */
export interface ErrorPlace {
  /** Path as the user gave it. */
  file?: string | undefined;
  /** Byte offset of the event in the file. */
  offset?: number | undefined;
  /** Name of the event type, e.g. `TABLE_MAP`. */
  eventType?: string | undefined;
  /** `schema.table` */
  table?: string | undefined;
  /** What the user wrote, and under it a caret at the place that is meant. */
  excerpt?: readonly string[] | undefined;
  /** What to do next, one sentence. */
  hint?: string | undefined;
}

/** Does the engine say that there is no memory for an array, or for WebAssembly? */
export function isOutOfMemory(error: unknown): boolean {
  return (
    error instanceof RangeError && /allocation failed|could not allocate|out of memory/i.test(error.message)
  );
}

/** There is not the memory that it takes. */
export function outOfMemory(cause: unknown): BinflashError {
  const hint =
    'Give it more. Where ulimit -v sets the limit: zstd takes 12 GiB of address space, unless NODE_OPTIONS=--disable-wasm-trap-handler is set.';
  return new BinflashError('LIMIT', 'there is not enough memory, or address space', { hint }, cause);
}

/** The one error that binflash throws on purpose. Printing it is the command line's business. */
export class BinflashError extends Error {
  readonly code: ErrorCode;
  file: string | undefined;
  offset: number | undefined;
  eventType: string | undefined;
  table: string | undefined;
  readonly excerpt: readonly string[] | undefined;
  hint: string | undefined;

  constructor(code: ErrorCode, message: string, place: ErrorPlace = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BinflashError';
    this.code = code;
    this.file = place.file;
    this.offset = place.offset;
    this.eventType = place.eventType;
    this.table = place.table;
    this.excerpt = place.excerpt;
    this.hint = place.hint;
  }

  /** Fills in what the thrower could not know: decoders see bytes, the scan knows the file. */
  locate(place: ErrorPlace): this {
    this.file ??= place.file;
    this.offset ??= place.offset;
    this.eventType ??= place.eventType;
    this.table ??= place.table;
    this.hint ??= place.hint;
    return this;
  }
}
