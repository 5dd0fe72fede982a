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
 * A savepoint's name, quotes off and case folded. Servers quote it with backticks, MariaDB under ANSI_QUOTES with
 * double quotes, and under sql_quote_show_create=0 only where it must be; it is UTF-8 whatever the client's
 * character set.
 */
function savepointName(text: string): string | undefined {
  const quote = text[0];
  const quoted = quote === '`' || quote === '"';
  if ((quoted && (text.length < 2 || text.at(-1) !== quote)) || text.includes('\ufffd')) return undefined;
  const name = quoted ? text.slice(1, -1).replaceAll(`${quote}${quote}`, quote) : text;
  return name.toLowerCase();
}

/**
 * What savepoint names, case folded, have in common that may be the same: to MySQL and MariaDB 10 they are when only
 * accents differ (utf8mb3_general_ci), to later MariaDB not.
 */
export const foldedSavepoint = (name: string): string =>
  name.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ß', 's');
