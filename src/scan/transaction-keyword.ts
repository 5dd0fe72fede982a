/**
 * Reads what a QUERY does to its transaction, as servers compare the text: BEGIN, COMMIT and ROLLBACK stand
 * alone, the others may be in any case (MySQL: Query_event, starts_group and ends_group). Undefined for any
 * other statement.
 */
export function transactionKeyword(
  text: string,
): 'begin' | 'commit' | 'rollback' | 'no-effect' | 'rollback-to' | 'xa' | undefined {
  // Every transaction has one of these; the rest is rare enough for a regular expression.
  if (text === 'BEGIN') return 'begin';
  if (text === 'COMMIT') return 'commit';
  if (text === 'ROLLBACK') return 'rollback';
  if (/^SAVEPOINT\s/i.test(text) || /^XA\s+END\b/i.test(text)) return 'no-effect';
  if (/^ROLLBACK\s+(WORK\s+)?TO\b/i.test(text)) return 'rollback-to';
  if (/^XA\s+(START|BEGIN)\b/i.test(text)) return 'begin';
  return /^XA\s/i.test(text) ? 'xa' : undefined;
}
