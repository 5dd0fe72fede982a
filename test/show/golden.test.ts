import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { show } from '../../src/show/show.ts';

/**
 * What people read of the shipped binlogs, row by row for the first of them. When a change is meant:
 * `npx vitest run --project unit test/show/golden.test.ts -u`, and look at what came of it.
 */
const folder = join(import.meta.dirname, '..', '..', 'fixtures');
const fixtures = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.binlog') && !path.endsWith('.undo.binlog'))
  .map((path) => path.slice(0, -'.binlog'.length))
  .sort();

it.each(fixtures)('%s', async (name) => {
  const path = join(folder, `${name}.binlog`);
  let text = '';
  const write = async (piece: string | Uint8Array): Promise<void> => {
    text += String(piece);
  };
  await show({ inputs: [path], write, limit: 25, timeZone: 'UTC' });
  const golden = join(import.meta.dirname, 'golden', `${name.replaceAll(/[\\/]/g, '.')}.txt`);
  await expect(text.replaceAll(`${folder}/`, '')).toMatchFileSnapshot(golden);
});
