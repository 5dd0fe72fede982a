import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../src/cli/commands.ts';
import { exitCodes, topics } from '../src/errors.ts';

/** A heading's anchor, as Markdown viewers make it. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const textOf = (name: string): Promise<string> => readFile(new URL(`../${name}`, import.meta.url), 'utf8');

async function page(name: string): Promise<{ anchors: string[]; links: string[] }> {
  const text = await textOf(name);
  const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading!));
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!);
  return { anchors, links };
}

const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'bench/README.md',
  'CONTRIBUTING.md',
  'docs/guide.md',
  'docs/report.md',
  'docs/verify.md',
  'docs/replay.md',
  'docs/sql.md',
  'docs/incident-drill.md',
  'docs/architecture.md',
  'docs/can-and-cannot-undo.md',
  'docs/mysqlbinlog-differences.md',
  'docs/coming-from.md',
  'docs/performance.md',
];

/** All that a command takes, by command. */
const taken = new Map(
  commands.map(({ name, options }) => {
    const words = Object.entries(options).flatMap(([option, spec]) => [
      `--${option}`,
      ...(spec.default === true ? [`--no-${option}`] : []),
      ...(spec.alias === undefined ? [] : [`-${spec.alias}`]),
    ]);
    return [name, [...words, '--help', '--version']];
  }),
);

/** Short and long options among other words; what stands in quotes is a value. */
const optionsIn = (text: string): string[] =>
  text.replace(/'[^']*'|"[^"]*"/g, '').match(/(?<![\w-])--?[a-z][a-z-]*/gi) ?? [];

/** Command lines of binflash, wherever a page has them. */
function commandLines(text: string): [command: string, rest: string][] {
  const lines = text.replace(/\\\n\s*/g, '').matchAll(/\bbinflash ([a-z]+)\b([^\n`]*)/g);
  // What follows a pipe or a comment sign is not ours.
  return [...lines].map(([, command, rest]) => [command!, rest!.split(/ [|#]|<\(/)[0]!]);
}

describe('what binflash can and cannot undo', () => {
  it('has a section for each reason to refuse', async () => {
    const { anchors } = await page('docs/can-and-cannot-undo.md');
    const refusals = Object.entries(exitCodes).filter(([, exit]) => exit === 4);
    for (const [code] of refusals) expect(anchors, code).toContain(topics[code as keyof typeof topics]);
  });

  it.each(PAGES)('the links in %s lead somewhere', async (name) => {
    const { links } = await page(name);
    for (const link of links.filter((one) => !one.startsWith('http'))) {
      const [file, section] = link.split('#');
      const target = file === '' ? name : join(dirname(name), file!);
      await readFile(new URL(`../${target}`, import.meta.url));
      if (section) expect((await page(target)).anchors).toContain(section);
    }
  });

  it.each(PAGES)('the commands in %s take the options that they have there', async (name) => {
    for (const [command, rest] of commandLines(await textOf(name))) {
      const options = taken.get(command) ?? [];
      const unknown = optionsIn(rest).filter((option) => taken.has(command) && !options.includes(option));
      expect(unknown, `${command}${rest}`).toEqual([]);
    }
  });
});

describe('coming from another tool', () => {
  it('names no option of ours that there is not', async () => {
    const all = [...taken.values()].flat();
    const [, ...tools] = (await textOf('docs/coming-from.md')).split(/^## (?!What will surprise)/m);
    expect(tools).toHaveLength(5);
    for (const line of tools.flatMap((tool) => tool.split('\n')).filter((one) => one.startsWith('| '))) {
      const ours = line.replaceAll('\\|', '').split('|')[2]!;
      expect(
        optionsIn(ours).filter((option) => !all.includes(option)),
        line,
      ).toEqual([]);
    }
  });
});
