import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { source } from '../builder/arbitrary.ts';
import { mariadb118, mysql56 } from '../builder/format.ts';
import { oddForm } from '../builder/odd.ts';
import { attempt } from '../helpers.ts';

async function outcome(files: readonly Buffer[], window: number): Promise<unknown> {
  const undone = await attempt(files, { window, maxEventSize: 4096 });
  return typeof undone === 'string' ? undone : undone.bytes.toString('hex');
}

describe('binlogs of servers with other lengths', () => {
  const windows = fc.constantFrom(64, 4096, 1 << 20);

  it('with longer headers have the same undo', async () => {
    await fc.assert(
      fc.asyncProperty(
        source(),
        fc.integer({ min: 20, max: 60 }),
        windows,
        async ({ files }, length, window) => {
          const odd = files.map((file) => oddForm(file, { headerLength: length, shortIds: false }));
          expect(await outcome(odd, window)).toBe(await outcome(files, window));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('with table ids of four bytes too', async () => {
    // Events of version 1 alone had them, and ids that fit.
    const servers = [{ ...mysql56, rowsVersion: 1 as const }, mariadb118];
    await fc.assert(
      fc.asyncProperty(source({ servers }), windows, async ({ files }, window) => {
        const odd = files.map((file) => oddForm(file, { headerLength: 19, shortIds: true }));
        expect(await outcome(odd, window)).toBe(await outcome(files, window));
      }),
      { numRuns: 60 },
    );
  });

  it('are damaged where an event is shorter than its header', async () => {
    const [file] = fc.sample(source(), 1)[0]!.files;
    const odd = oddForm(file!, { headerLength: 19, shortIds: false });
    odd[4 + 19 + 56] = 200;
    expect(await outcome([odd], 4096)).toMatch(/BAD_CHECKSUM|DAMAGED/);
  });
});
