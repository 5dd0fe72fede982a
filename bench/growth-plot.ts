import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** A chart of lines over gigabytes of input, as SVG. */
export async function plot(title: string, all: readonly Series[]): Promise<string> {
  const spec: TopLevelSpec = {
    background: 'white',
    width: 520,
    height: 280,
    padding: 12,
    data: {
      values: all.flatMap(({ name, points }) => points.map(({ x, y }) => ({ command: name, x, y }))),
    },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'x', type: 'quantitative', title: 'GB of binary log' },
      y: { field: 'y', type: 'quantitative', title },
      color: { field: 'command', type: 'nominal', sort: all.map(({ name }) => name), title: null },
    },
  };
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
