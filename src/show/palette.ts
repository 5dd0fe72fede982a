type Paint = (text: string) => string;

/** Colours for people, or none. */
export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
}

const plain: Paint = (text) => text;

export const NO_COLOURS: Palette = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };
