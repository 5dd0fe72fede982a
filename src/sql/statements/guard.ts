import type { ByteText } from '../../wire/byte-text.ts';

/**
 * A check that the statement before it changed as many rows as it should, else the client stops with error 1242 and
 * the open transaction is rolled back when it leaves. There is no IF in a plain session, and DO keeps errors to itself;
 * a scalar subquery with two rows is an error wherever it stands.
 */
export function putGuard(out: ByteText, comparison: '=' | '>=', rows: number): void {
  out.ascii('SET @binflash_guard = IF(ROW_COUNT() ');
  out.ascii(comparison);
  out.byte(0x20);
  out.digits(rows);
  out.ascii(", 1, (SELECT 'the row is not as it was logged' UNION SELECT 'stopped here'));\n");
}
