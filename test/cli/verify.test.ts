import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/index.ts';
import { inFolder } from '../helpers.ts';
import { binflash } from './run.ts';

const source = new URL('../../fixtures/mysql-9.7/workflow.binlog', import.meta.url).pathname;
const undo = new URL('../../fixtures/mysql-9.7/workflow.undo.binlog', import.meta.url).pathname;

describe('binflash verify', () => {
  it('says what it proved, to people and to programs', async () => {
    const [people, programs] = await Promise.all([
      binflash(['verify', undo, '--source', source]),
      binflash(['verify', undo, '--json', '--source', source]),
    ]);
    expect(people).toMatchObject({ code: 0, stderr: '' });
    const text = people.stdout.toString();
    expect(text).toContain('each of 9 row changes inverted exactly once, in exactly reverse order');
    const { verified, tables } = JSON.parse(programs.stdout.toString());
    expect(verified).toMatchObject({ rows: 9, transactions: 3 });
    expect(text).toContain(verified.digest);
    expect(tables).toHaveLength(4);
  });

  it('ends with 1 when the undo is not that of the selection, and says where', async () => {
    const run = await binflash(['verify', undo, '--source', source, '--type', 'update', '--json']);
    expect(run.code).toBe(exitCodes.VERIFY_FAILED);
    const { error } = JSON.parse(run.stdout.toString());
    expect(error).toMatchObject({ code: 'VERIFY_FAILED', file: undo, source: { file: source } });
    expect(error.message).toContain(`expected ${error.expected}, found ${error.found} (source: ${source}:`);
  });

  it('ends with 2 where the source took the undo for itself, as with wildcards behind it', async () => {
    const run = await binflash(['verify', '--source', source, undo]);
    expect(run.code).toBe(exitCodes.USAGE);
    expect(run.stderr).toContain('Name the undo first');
  });
});

describe('binflash rewrite --verify', () => {
  it('says what it proved, of all parts', async () => {
    await inFolder(async (folder) => {
      const args = ['--verify', '--json', '--max-file-size', '4K', '-o', join(folder, 'undo')];
      const { stdout, code } = await binflash(['rewrite', source, ...args]);
      expect(code).toBe(0);
      expect(JSON.parse(stdout.toString()).verified.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(await readdir(folder)).toEqual(['undo.000001']);
    });
  });

  it('is refused for standard output', async () => {
    const run = await binflash(['rewrite', source, '--verify', '-o', '-']);
    expect(run).toMatchObject({ code: 2, stdout: Buffer.alloc(0) });
  });
});
