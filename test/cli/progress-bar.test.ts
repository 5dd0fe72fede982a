import { afterEach, describe, expect, it, vi } from 'vitest';
import { barLine } from '../../src/cli/progress-bar.ts';
import { Style } from '../../src/cli/terminal.ts';

const GIB = 2 ** 30;
const scan = { phase: 'scan', done: 1.5 * GIB, total: 3 * GIB } as const;

describe('a terminal that is no more than a typewriter', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('gets no escape sequences: they were printed', () => {
    vi.stubEnv('NO_COLOR', '');
    vi.stubEnv('TERM', 'xterm');
    expect(new Style(true, { isTTY: true }).bold('a')).toBe('\u001b[1ma\u001b[22m');
    vi.stubEnv('TERM', 'dumb');
    expect(new Style(true, { isTTY: true }).bold('a')).toBe('a');
  });
});

describe('the line of the progress bar', () => {
  it('tells phase, share, time left, rate and bytes', () => {
    expect(barLine(scan, 100 * 2 ** 20, 120)).toBe(
      `scan    ${'█'.repeat(20)}${'░'.repeat(20)}   50%     0:16 left   100.0 MiB/s     1.5 GiB of 3.0 GiB`,
    );
    expect(barLine(scan, 100 * 2 ** 20, 80)).toMatch(/^scan {4}█+░+ .* left .*MiB\/s {5}1.5 GiB of 3.0 GiB$/);
  });

  it('counts minutes and hours, and knows no time where nothing moves', () => {
    expect(barLine(scan, GIB / 100, 120)).toContain(' 2:30 left');
    expect(barLine(scan, GIB / 10_000, 120)).toContain(' 4:10:00 left');
    expect(barLine(scan, 0, 120)).not.toContain('left');
    expect(barLine({ ...scan, done: 3 * GIB }, GIB, 120)).toContain('100%     0:00 left');
  });

  it('is shorter than any terminal is wide, and as long all the time', () => {
    for (let columns = 1; columns <= 200; columns++) {
      const lines = [0, 1, 1023.9 * 2 ** 20, 3 * GIB].map((done) => barLine({ ...scan, done }, GIB, columns));
      for (const line of lines) expect(line.length).toBeLessThan(columns);
      expect(new Set(lines.map((line) => line.indexOf('%'))).size).toBe(1);
    }
    expect(barLine(scan, GIB, 30)).toBe('scan     50%     0:02 left');
  });

  it('survives totals of nothing, and more than was announced', () => {
    expect(barLine({ phase: 'write', done: 0, total: 0 }, 0, 80)).toContain('100%');
    expect(barLine({ phase: 'write', done: 5, total: 3 }, 1, 80)).toContain('100%');
  });
});
