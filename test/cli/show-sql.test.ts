import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { binflash } from './run.ts';

const fixture = join(import.meta.dirname, '..', '..', 'fixtures', 'mysql-9.7', 'order.binlog');

describe('show --sql', () => {
  it('prints pseudo-SQL of the selected changes, and nothing that a client would run', async () => {
    const { code, stdout } = await binflash(['show', '--sql', '-T', 'traps.audit', '--limit', '2', fixture]);
    expect(code).toBe(0);
    const lines = stdout.toString().split('\n').slice(0, -1);
    expect(lines.filter((line) => !line.startsWith('#'))).toEqual([]);
    expect(lines.filter((line) => line === '### INSERT INTO `traps`.`audit`')).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith('### UPDATE'))).toEqual([]);
  });

  it.each([['--json'], ['--max-value', '10']])('does not go with %s', async (...options) => {
    const { code, stderr } = await binflash(['show', '--sql', ...options, fixture]);
    expect(code).toBe(2);
    expect(stderr).toContain('--sql');
  });
});
