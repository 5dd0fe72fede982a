import type { PutValue } from '../binlog/columns/writers/put-value.ts';
import { datePutter, MICROS_OF_UNIT, putFraction, readBE } from '../binlog/columns/writers/temporals.ts';
import { readU32 } from '../wire/integers.ts';

/** DATE: colons between its parts, as mysqlbinlog has it. */
export const putDate: PutValue = datePutter(':');

/** TIMESTAMP(`fsp`): seconds since 1970, whatever the time zone. */
export function timestampPutter(fsp: number): PutValue {
  return (source, start, end, out) => {
    out.digits(readBE(source, start, start + 4));
    putFraction(readBE(source, start + 4, end) * MICROS_OF_UNIT[end - start - 4]!, fsp, out);
  };
}

/** TIMESTAMP before MySQL 5.6. */
export const putOldTimestamp: PutValue = (source, start, _end, out) => {
  out.digits(readU32(source, start));
};
