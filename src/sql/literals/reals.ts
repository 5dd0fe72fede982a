import { doubleText, floatText, readDouble, readFloat } from '../../binlog/columns/values/reals.ts';
import type { LiteralWriter } from '../column-sql.ts';

const MOST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

/** A number with an exponent is a DOUBLE, one without a DECIMAL, which has no -0 and fewer digits of fraction. */
function withExponent(text: string): string {
  return text.includes('e') ? text : `${text}e0`;
}

/**
 * What a FLOAT column becomes the same by: the shortest decimal that reads back as it. That of the largest float is
 * larger than it, and out of range.
 */
export const storeFloat: LiteralWriter = (out, bytes, start) => {
  const value = readFloat(bytes, start);
  const text = floatText(value);
  out.ascii(withExponent(Math.abs(Number(text)) > MOST_FLOAT ? doubleText(value) : text));
};

export const storeDouble: LiteralWriter = (out, bytes, start) => {
  out.ascii(withExponent(doubleText(readDouble(bytes, start))));
};

/** The double that a FLOAT column is in comparisons. */
export const floatAsDouble: LiteralWriter = (out, bytes, start) => {
  out.ascii(withExponent(doubleText(readFloat(bytes, start))));
};

/**
 * The same for `column`, telling 0 from -0, which are equal: what has the other sign is compared with NULL. A column
 * that is NULL is not.
 */
export function exactReal(column: string, plain: LiteralWriter): LiteralWriter {
  const zero = Buffer.from(`IF(CONCAT(${column}) LIKE '-%', NULL, 0e0)`);
  const minusZero = Buffer.from(`IF(CONCAT(${column}) NOT LIKE '-%', NULL, -0e0)`);
  return (out, bytes, start, end) => {
    let magnitude = bytes[end - 1]! & 0x7f;
    for (let at = start; at < end - 1; at++) magnitude |= bytes[at]!;
    if (magnitude !== 0) plain(out, bytes, start, end);
    else out.put(bytes[end - 1] === 0 ? zero : minusZero);
  };
}
