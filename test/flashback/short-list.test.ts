import { expect, it } from 'vitest';
import { MOST_TOLD, ShortList } from '../../src/flashback/short-list.ts';

it('a short list tells the first of its messages, and counts the others', () => {
  const list = new ShortList();
  for (let i = 0; i < MOST_TOLD; i++) list.push(`${i}`);
  expect(list.list('things')).toHaveLength(MOST_TOLD);
  list.push('one');
  list.push('two');
  expect(list.list('things').slice(-2)).toEqual([`${MOST_TOLD - 1}`, 'and 2 more things']);
});
