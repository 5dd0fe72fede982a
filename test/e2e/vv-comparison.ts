/** Compares the lines of rows, and takes note of which differences were met. */
import type { Flavour } from '../../src/index.ts';
import type { OurRows, RowLines } from './row-lines.ts';
import { differences } from './vv-differences.ts';

/** Where MySQL's program stops within an event. */
const GIVES_UP = /!! Don't know how to handle column type=255 /;

export interface Comparison {
  /** What nothing explains; empty if all is well. */
  readonly unexplained: string[];
  /** Sections of the documentation that explain something. */
  readonly sections: Set<string>;
  readonly rows: number;
}

/** What the program prints instead of our line. */
function programLine(ours: string, theirs: string, flavour: Flavour, sections: Set<string>): string {
  let line = ours;
  for (const { section, flavours, program } of differences) {
    if (line === theirs) break;
    if (program === undefined || !flavours.includes(flavour)) continue;
    const next = program(line, theirs);
    if (next !== line) sections.add(section);
    line = next;
  }
  return line;
}

function differenceOf(
  ours: RowLines,
  theirs: RowLines,
  flavour: Flavour,
  met: Set<string>,
): string | undefined {
  const sections = new Set<string>();
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const [mine = '', line = ''] = [ours[i], theirs[i]];
    if (GIVES_UP.test(line) && mine.includes(' /* GEOMETRY ')) break;
    const expected = programLine(mine, line, flavour, sections);
    if (expected !== line)
      return `${ours[0]}\n  program: ${line.slice(0, 300)}\n  ours:    ${mine.slice(0, 300)}`;
  }
  for (const section of sections) met.add(section);
  return undefined;
}

/**
 * Both in the order of the log. A row of the program's that is not ours may be one that the server took back; where
 * the program gave up, the rest of the event is missing.
 */
export function compareRows(ours: OurRows, theirs: readonly RowLines[], flavour: Flavour): Comparison {
  const sections = new Set<string>(ours.reordered ? ['prepared-transactions'] : []);
  const unexplained: string[] = [];
  let at = 0;
  let takenBack = 0;
  let rows = 0;
  for (const event of ours.events) {
    for (const row of event) {
      rows++;
      let difference = differenceOf(row, theirs[at] ?? [], flavour, sections);
      while (difference !== undefined && takenBack < ours.takenBack && at < theirs.length) {
        takenBack++;
        at++;
        if (differenceOf(row, theirs[at] ?? [], flavour, sections) === undefined) difference = undefined;
      }
      if (difference !== undefined) unexplained.push(difference);
      if (GIVES_UP.test(theirs[at++]?.at(-1) ?? '')) {
        sections.add('geometry');
        break;
      }
    }
  }
  takenBack += theirs.length - at;
  if (takenBack > 0) sections.add('rows-that-were-taken-back');
  if (takenBack !== ours.takenBack) {
    unexplained.push(`${takenBack} rows of the program's are not ours; ${ours.takenBack} were taken back`);
  }
  return { unexplained, sections, rows };
}
