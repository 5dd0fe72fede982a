import { describe, expect, it } from 'vitest';
import { fairShare } from '../../src/report/ranking.ts';
import { wholeView } from '../../src/report/view/data.ts';
import { findSpikes } from '../../src/report/view/spikes.ts';
import { sampleData } from './sample.ts';

const steady = Array.from({ length: 10 }, (_, i) => 90 + (i % 3) * 10);

describe('what stands out', () => {
  it('is a time with much more of one kind than all others', () => {
    const data = sampleData({ rows: [steady, steady.with(3, 1000), steady.with(7, 1000)] });
    expect(findSpikes(data, wholeView(data), 9)).toMatchObject([
      { kind: 2, from: 7, to: 8, top: 7, rows: 1000 },
      { kind: 1, from: 3, to: 4, top: 3, rows: 1000 },
    ]);
  });

  it('may go on for more than one bar', () => {
    const zeros = steady.map(() => 0);
    const data = sampleData({ rows: [zeros, zeros, zeros.with(2, 30).with(3, 50)] });
    expect(findSpikes(data, wholeView(data), 9)).toMatchObject([
      { kind: 2, from: 2, to: 4, top: 3, rows: 80 },
    ]);
  });

  it('is nothing where all times are alike, few rows changed or few times are there', () => {
    const small = steady.map(() => 0).with(5, 9);
    const alike = sampleData({ rows: [steady, steady, small] });
    expect(findSpikes(alike, wholeView(alike), 9)).toEqual([]);
    const short = sampleData({
      count: 3,
      rows: [
        [1, 900, 1],
        [0, 0, 0],
        [0, 0, 0],
      ],
    });
    expect(findSpikes(short, wholeView(short), 9)).toEqual([]);
  });

  it('is judged by what is looked at', () => {
    const data = sampleData();
    const view = { ...wholeView(data), table: 1 };
    expect(findSpikes(data, wholeView(data), 9)).toMatchObject([{ kind: 2, from: 4 }]);
    expect(findSpikes(data, view, 9)).toEqual([]);
    expect(findSpikes(data, { ...wholeView(data), kinds: [true, true, false] }, 9)).toEqual([]);
  });
});

describe('the share of listed transactions', () => {
  it.each([
    [[5, 5, 5], 100, 5],
    [[1, 1, 100], 12, 10],
    [[50, 50, 50], 30, 10],
    [[3, 0, 9], 1, 1],
    [[], 10, 1],
  ])('of %j within %i is %i each', (counts, budget, share) => {
    expect(fairShare(counts, budget)).toBe(share);
  });
});
