import { jsonValue } from '../binlog/columns/values/format.ts';
import type { Value } from '../binlog/columns/values/value.ts';

/** The JSON text of a value, as {@link jsonValue} says it; the common kinds without a detour. */
export function jsonText(value: Value | null): string {
  if (value === null) return 'null';
  switch (value.kind) {
    case 'integer':
      return typeof value.value === 'bigint' ? `"${value.value}"` : String(value.value);
    // Digits and punctuation need no escapes.
    case 'decimal':
    case 'date':
    case 'time':
    case 'datetime':
    case 'timestamp':
      return `"${value.text}"`;
    case 'text':
      if (!value.cut) return JSON.stringify(value.text);
      break;
  }
  return JSON.stringify(jsonValue(value));
}
