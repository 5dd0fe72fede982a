import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VerifyError } from '../../src/index.ts';
import { putTogether, rowsPieces, takeApart, withRows } from './apart.ts';
import { Sources } from './memory-proof.ts';
import { damage, faults } from './planted.ts';

const folder = join(import.meta.dirname, '..', '..', 'fixtures');
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.undo.binlog'))
  // The small ones: faults are planted one by one.
  .filter((path) => !path.includes('incident'))
  // And those with checksums behind their FORMAT_DESCRIPTIONs, as these are put together.
  .filter((path) => !/mysql-5\.[15]/.test(path))
  .map((path) => path.slice(0, -'.undo.binlog'.length))
  .sort();

const cases = names.map((name) => ({
  name,
  undo: readFileSync(join(folder, `${name}.undo.binlog`)),
  source: Sources.of([readFileSync(join(folder, `${name}.binlog`))], { skip: [] }),
}));

describe.each([...Object.entries(faults), ...Object.entries(damage)])('%s', (_, plant) => {
  const planted = cases.flatMap(({ name, undo, source }) => {
    const wrong = plant(undo);
    return wrong === undefined ? [] : [{ name, undo, source, wrong }];
  });

  it('has a place in one undo at least', () => {
    expect(planted.length).toBeGreaterThan(0);
  });

  it('is found, wherever it has a place', async () => {
    for (const { name, undo, source, wrong } of planted) {
      expect(wrong.equals(undo), name).toBe(false);
      const error = await (await source).refusal([wrong]);
      expect(error, name).toBeInstanceOf(VerifyError);
      expect(error!.code, name).toBe('VERIFY_FAILED');
      expect(error!.file, name).toBe('undo.0');
      expect(error!.offset, name).toBeLessThanOrEqual(wrong.length);
    }
  });
});

describe('what is right', () => {
  it.each(cases)('the undo of $name that a server replayed', async ({ undo, source }) => {
    const { rows, transactions, bytes } = await (await source).prove([undo]);
    const { plan } = await source;
    expect([rows, transactions, bytes]).toEqual([plan.rows, plan.transactions, undo.length]);
  });

  it.each(cases)('$name taken apart and put together', async ({ undo, source }) => {
    expect(putTogether(takeApart(undo)).equals(undo)).toBe(true);
    expect(await (await source).verdict([undo])).toBe('proved');
  });

  it.each(cases)(
    'each row of $name in an event of its own, with the same digest',
    async ({ undo, source }) => {
      const pieces = takeApart(undo);
      for (const { at, head, rows } of rowsPieces(undo).reverse()) {
        const [map, one] = [pieces[at - 1]!, pieces[at]!];
        pieces.splice(at - 1, 2, ...rows.flatMap((row) => [map, withRows(one, head, [row])]));
      }
      const packed = await (await source).prove([undo]);
      const single = await (await source).prove([putTogether(pieces)]);
      expect(single.events).toBe(packed.rows);
      expect(single.digest).toBe(packed.digest);
    },
  );
});
