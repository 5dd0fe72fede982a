/** A row filter, `db.table: condition`, divided. */
export interface FilterText {
  /** All of it. */
  readonly text: string;
  /** The `db.table` pattern before the colon; undefined where the filter is for every selected table. */
  readonly table: string | undefined;
  /** Where in the text the condition begins. */
  readonly conditionAt: number;
}

/** Divides a row filter at its first colon that is not inside quotes: conditions have colons nowhere else. */
export function divideFilter(text: string): FilterText {
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (quote !== '') {
      if (character === '\\' && quote !== '`') i++;
      else if (character === quote) quote = '';
    } else if (character === '`' || character === "'" || character === '"') quote = character;
    else if (character === ':') return { text, table: text.slice(0, i).trim(), conditionAt: i + 1 };
  }
  return { text, table: undefined, conditionAt: 0 };
}
