import { jsonValue } from '../binlog/columns/values/format.ts';
import type { Value } from '../binlog/columns/values/value.ts';
import { safeJson } from '../wire/safe-text.ts';

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
      if (!value.cut) return isPlain(value.text) ? `"${value.text}"` : safeJson(value.text);
      break;
    case 'double':
      if (Number.isFinite(value.value) && value.value !== 0) return String(value.value);
      break;
  }
  return safeJson(jsonValue(value));
}

/** Is it short ASCII that needs no escapes? A look at it costs less than to have it searched. */
function isPlain(text: string): boolean {
  if (text.length > 128) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false;
  }
  return true;
}
