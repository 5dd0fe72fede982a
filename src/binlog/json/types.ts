/** Type bytes of MySQL's binary JSON. */
export const JsonType = {
  SMALL_OBJECT: 0x00,
  LARGE_OBJECT: 0x01,
  SMALL_ARRAY: 0x02,
  LARGE_ARRAY: 0x03,
  LITERAL: 0x04,
  INT16: 0x05,
  UINT16: 0x06,
  INT32: 0x07,
  UINT32: 0x08,
  INT64: 0x09,
  UINT64: 0x0a,
  DOUBLE: 0x0b,
  STRING: 0x0c,
  OPAQUE: 0x0f,
} as const;

export const JsonLiteral = { NULL: 0, TRUE: 1, FALSE: 2 } as const;

/** Arrays and objects inside one another: the server refuses to read or write a deeper document. */
export const MAX_JSON_DEPTH = 100;

/** The document that stands for an empty value: non-strict servers stored one for NULL in a NOT NULL column. */
export const NULL_DOCUMENT: Uint8Array = Uint8Array.of(JsonType.LITERAL, JsonLiteral.NULL);

export function isContainer(type: number): boolean {
  return type <= JsonType.LARGE_ARRAY;
}

/** Does a value of this type stand in the value entry itself, where others have their offset? */
export function isInlined(type: number, large: boolean): boolean {
  switch (type) {
    case JsonType.LITERAL:
    case JsonType.INT16:
    case JsonType.UINT16:
      return true;
    case JsonType.INT32:
    case JsonType.UINT32:
      return large;
    default:
      return false;
  }
}
