/** A field: its text, and whether it stood in quotes. */
export interface CsvField {
  readonly text: string;
  readonly quoted: boolean;
}

/** Reads RFC 4180, apart from what it was written by; a byte order mark must stand before it. */
export function readCsv(bytes: Uint8Array): CsvField[][] {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  if (text[0] !== '\ufeff') throw new Error('no byte order mark');
  const lines: CsvField[][] = [];
  let fields: CsvField[] = [];
  let at = 1;
  while (at < text.length) {
    const quoted = text[at] === '"';
    let field = '';
    if (quoted) {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (at >= text.length) throw new Error('a quote is not closed');
        if (text[at] === '"') at++;
        field += text[at];
      }
      at++;
    } else {
      for (; at < text.length && text[at] !== ',' && text[at] !== '\r'; at++) {
        if (text[at] === '"' || text[at] === '\n') throw new Error(`at ${at}: not RFC 4180`);
        field += text[at];
      }
    }
    fields.push({ text: field, quoted });
    if (text[at] === ',') {
      at++;
      // A line may end with an empty field.
      if (text[at] !== '\r') continue;
      fields.push({ text: '', quoted: false });
    }
    if (text.slice(at, at + 2) !== '\r\n') throw new Error(`at ${at}: no line ends here`);
    at += 2;
    lines.push(fields);
    fields = [];
  }
  return lines;
}

/** The value of a field as the server prints it, null for NULL: without the apostrophe that keeps formulas away. */
export function csvValue({ text, quoted }: CsvField): string | null {
  if (!quoted) return text === '' ? null : text;
  return text.startsWith("'") ? text.slice(1) : text;
}
