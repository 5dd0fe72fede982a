/**
 * A value that is not NULL, as much of it as its column's decoder knows. Nothing of it looks into the
 * window any more but `bytes`, which is a view and dies with it.
 */
export type Value =
  | IntegerValue
  | BitValue
  | EnumValue
  | SetValue
  | TextValue
  | BytesValue
  /** Digits as the server prints them, with all of the scale. */
  | { readonly kind: 'decimal'; readonly text: string }
  | { readonly kind: 'float' | 'double'; readonly value: number }
  /** 0 is the zero year. */
  | { readonly kind: 'year'; readonly value: number }
  /** As the server prints them; a timestamp in the time zone that was asked for. */
  | { readonly kind: 'date' | 'time' | 'datetime' | 'timestamp'; readonly text: string }
  /** `text` is the document as the server prints it, or the beginning if `cut`. */
  | { readonly kind: 'json'; readonly text: string; readonly cut: boolean }
  /** `text` is well-known text, or the beginning if `cut`. */
  | { readonly kind: 'geometry'; readonly srid: number; readonly text: string; readonly cut: boolean }
  /** `text` is `[1,2.5]`, or the beginning if `cut`; each number is the shortest that reads back the same. */
  | { readonly kind: 'vector'; readonly text: string; readonly cut: boolean }
  | { readonly kind: 'inet4' | 'inet6' | 'uuid'; readonly text: string };

export interface IntegerValue {
  readonly kind: 'integer';
  /** A bigint in BIGINT columns, and only there. */
  readonly value: number | bigint;
  /** What the same bytes mean unsigned, where the log does not tell the sign and it makes a difference. */
  readonly orUnsigned?: number | bigint;
}

export interface BitValue {
  readonly kind: 'bit';
  readonly value: bigint;
  /** Declared number of bits. */
  readonly width: number;
}

export interface EnumValue {
  readonly kind: 'enum';
  /** From 1; 0 stands for a value that was none of the labels. */
  readonly index: number;
  /** Undefined where the log does not tell; empty for index 0. */
  readonly label: string | undefined;
}

export interface SetValue {
  readonly kind: 'set';
  /** Bit 0 is the first label. */
  readonly mask: bigint;
  /** Bits that the column has room for. */
  readonly width: number;
  /** Those that are set; undefined where the log does not tell. */
  readonly labels: readonly string[] | undefined;
}

export interface TextValue {
  readonly kind: 'text';
  readonly text: string;
  /** Bytes of the whole value, of which `text` is the beginning if `cut`. */
  readonly length: number;
  readonly cut: boolean;
}

/** Binary strings, and whatever does not decode as what its column says it is. */
export interface BytesValue {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
  /** Bytes of the whole value, of which `bytes` is the beginning if `cut`. */
  readonly length: number;
  readonly cut: boolean;
}

/** Decodes the value that stands in `bytes[start, end)`, its length prefix left out. Never throws. */
export type ColumnDecoder = (bytes: Uint8Array, start: number, end: number) => Value;
