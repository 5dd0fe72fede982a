/** What a QUERY does to the transaction around it. */
export type TransactionStatement =
  | { readonly kind: 'begin' | 'commit' | 'rollback' | 'xa-end' | 'xa-decision' }
  /** `name` is undefined where it cannot be read. */
  | { readonly kind: 'savepoint' | 'rollback-to'; readonly name: string | undefined };

const BEGIN: TransactionStatement = { kind: 'begin' };
const COMMIT: TransactionStatement = { kind: 'commit' };
const ROLLBACK: TransactionStatement = { kind: 'rollback' };

/**
 * Reads what a QUERY does to its transaction, as servers compare the text: BEGIN, COMMIT and ROLLBACK stand
 * alone, the others may be in any case (MySQL: Query_event, starts_group and ends_group). Undefined for any
 * other statement.
 */
export function transactionStatement(text: string): TransactionStatement | undefined {
  // Every transaction has one of these; the rest is rare enough for regular expressions.
  if (text === 'BEGIN') return BEGIN;
  if (text === 'COMMIT') return COMMIT;
  if (text === 'ROLLBACK') return ROLLBACK;
  const savepoint = /^SAVEPOINT\s+(.*)$/is.exec(text);
  if (savepoint) return { kind: 'savepoint', name: savepointName(savepoint[1]!) };
  const back = /^ROLLBACK\s+(?:WORK\s+)?TO\s+(?:SAVEPOINT\s+)?(.*)$/is.exec(text);
  if (back) return { kind: 'rollback-to', name: savepointName(back[1]!) };
  if (/^XA\s+(START|BEGIN)\b/i.test(text)) return BEGIN;
  if (/^XA\s+END\b/i.test(text)) return { kind: 'xa-end' };
  return /^XA\s/i.test(text) ? { kind: 'xa-decision' } : undefined;
}

/**
 * A savepoint's name as servers compare it: quotes off, case and accents folded (utf8mb3_general_ci). Servers
 * quote it with backticks, MariaDB under ANSI_QUOTES with double quotes.
 */
function savepointName(text: string): string | undefined {
  const quote = text[0];
  const quoted = quote === '`' || quote === '"';
  if (quoted && (text.length < 2 || text.at(-1) !== quote)) return undefined;
  const name = quoted ? text.slice(1, -1).replaceAll(`${quote}${quote}`, quote) : text;
  return name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
