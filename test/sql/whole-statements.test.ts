import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WholeStatements } from '../../src/sql/whole-statements.ts';

async function written(chunks: readonly string[]): Promise<string[]> {
  const writes: string[] = [];
  const stream = new WholeStatements({
    write: async (bytes) => {
      writes.push(Buffer.from(bytes).toString());
    },
  });
  for (const chunk of chunks) await stream.write(Buffer.from(chunk));
  await stream.close();
  return writes;
}

const piece = fc.stringMatching(/^[a;\n]{0,12}$/);

it('ends every write where a statement ends, and loses nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (chunks) => {
      const writes = await written(chunks);
      expect(writes.join('')).toBe(chunks.join(''));
      for (const write of writes.slice(0, -1)) expect(write.endsWith(';\n')).toBe(true);
    }),
  );
});

it('does not run what a cut stream leaves of a statement', async () => {
  const writes: string[] = [];
  const stream = new WholeStatements({
    write: async (bytes) => {
      writes.push(Buffer.from(bytes).toString());
    },
  });
  await stream.write(Buffer.from('BEGIN;\nDELETE FROM t'));
  expect(writes).toEqual(['BEGIN;\n']);
  await stream.write(Buffer.from(' WHERE id=1;\nCOM'));
  expect(writes.join('')).toBe('BEGIN;\nDELETE FROM t WHERE id=1;\n');
});

it('lets a statement go that is longer than it may hold', async () => {
  const long = 'x'.repeat(700_000);
  const writes = await written([long, long, ';\n', 'y']);
  expect(writes.join('')).toBe(`${long}${long};\ny`);
});
