import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes, topics } from '../src/errors.ts';

/** A heading's anchor, as Markdown viewers make it. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');

async function page(name: string): Promise<{ anchors: string[]; links: string[] }> {
  const text = await readFile(new URL(`../${name}`, import.meta.url), 'utf8');
  const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading!));
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!);
  return { anchors, links };
}

describe('what binflash can and cannot undo', () => {
  it('has a section for each reason to refuse', async () => {
    const { anchors } = await page('docs/can-and-cannot-undo.md');
    const refusals = Object.entries(exitCodes).filter(([, exit]) => exit === 4);
    for (const [code] of refusals) expect(anchors, code).toContain(topics[code as keyof typeof topics]);
  });

  it.each([
    'README.md',
    'CHANGELOG.md',
    'bench/README.md',
    'CONTRIBUTING.md',
    'docs/guide.md',
    'docs/report.md',
    'docs/incident-drill.md',
    'docs/architecture.md',
    'docs/can-and-cannot-undo.md',
    'docs/mysqlbinlog-differences.md',
  ])('the links in %s lead somewhere', async (name) => {
    const { links } = await page(name);
    for (const link of links.filter((one) => !one.startsWith('http'))) {
      const [file, section] = link.split('#');
      const target = file === '' ? name : join(dirname(name), file!);
      await readFile(new URL(`../${target}`, import.meta.url));
      if (section) expect((await page(target)).anchors).toContain(section);
    }
  });
});
