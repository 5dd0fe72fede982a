/** A line that goes on in further, deeper lines where it would get too wide; what is put is never parted. */
export class WrappedLine {
  readonly #width: number;
  readonly #indent: string;
  #text = '';
  #at = 0;

  constructor(width: number, indent: string) {
    this.#width = width;
    this.#indent = indent;
  }

  /** `width` is that of the text on a terminal: colours take no room. */
  begin(text: string, width: number): void {
    this.#text = text;
    this.#at = width;
  }

  put(text: string, width: number): void {
    if (this.#at + 2 + width > this.#width) this.break(text, width);
    else {
      this.#text += `  ${text}`;
      this.#at += 2 + width;
    }
  }

  /** Goes on in a new line. */
  break(text: string, width: number): void {
    this.#text += `\n${this.#indent}${text}`;
    this.#at = this.#indent.length + width;
  }

  finish(): string {
    return `${this.#text}\n`;
  }
}
