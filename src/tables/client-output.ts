/** What a client prints of SHOW CREATE TABLE is no dump, and small: it is taken apart as a whole. */
const MOST = 64 * 1024 * 1024;

type Form = (text: string) => string[];

const UNESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', '0': '\0', '\\': '\\' };

/** `mysql -e`: a line a row, escaped; with `--raw` the definition's own lines. */
const batch: Form = (text) =>
  text
    .split(/^(?:Table\tCreate Table|View\tCreate View.*)$|^[^\t\n]*\t(?=CREATE )/m)
    .map((part) => part.trim())
    .map((part) =>
      part.includes('\n')
        ? part
        : part.replace(/\\(.)/g, (whole, letter: string) => UNESCAPED[letter] ?? whole),
    );

/** `mysql -E` and `\G`: rows of `name: value`. */
const vertical: Form = (text) =>
  text.split(/^\*+ \d+\. row \*+$/m).map((row) => row.split(/^ *Create Table: /m)[1] ?? '');

/** `mysql -t` and the client on a terminal: a box, of which the definition overflows. */
const box: Form = (text) =>
  text
    .split(/^\|[^|\n]*\| (?=CREATE )/m)
    .slice(1)
    .map((part) => part.split(/^\+-/m)[0]!)
    .map((part) => part.slice(0, part.lastIndexOf('|')));

function formOf(head: string): Form | undefined {
  const text = head.trimStart();
  if (text.startsWith('***')) return vertical;
  if (text.startsWith('+--')) return box;
  return /^(?:Table\tCreate Table\r?\n|View\tCreate View|[^\t\n]+\tCREATE )/.test(text) ? batch : undefined;
}

/**
 * Makes statements of what a client printed of SHOW CREATE TABLE, whatever its form; anything else comes out as it
 * came in. The form is told by the beginning.
 */
export async function* clientOutput(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let form: Form | undefined;
  let head: Buffer | undefined;
  for await (const chunk of chunks) {
    if (head === undefined) {
      head = Buffer.from(chunk);
      form = formOf(head.toString('latin1', 0, 4096));
      if (form === undefined) yield chunk;
    } else if (form === undefined) yield chunk;
    else if (head.length < MOST) head = Buffer.concat([head, chunk]);
  }
  // Bytes as characters: text in any set passes through.
  if (head !== undefined && form !== undefined) {
    const text = head.toString('latin1').replaceAll('\r\n', '\n');
    yield Buffer.from(form(text).join(';\n'), 'latin1');
  }
}
