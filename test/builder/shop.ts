import { prefixed, u32 } from './bytes.ts';
import { int, varchar } from './columns.ts';
import type { Event } from './events.ts';
import { type Kind, type RowsOptions, rows, type Table, table, tableMap, type Values } from './rows.ts';

/** The table of most hand-written tests: a number and a word. */
export const orders: Table = table('shop.orders', [int, varchar(20)]);
export const customers: Table = table('crm.customers', [int, varchar(20)]);

export function row(id: number, word: string | null = null): Values {
  return [u32(id), word === null ? null : prefixed(1, word)];
}

/** One statement: TABLE_MAP and one rows event with these ids. */
export function change(
  kind: Kind,
  ids: readonly number[],
  of: Table = orders,
  options: RowsOptions = {},
): Event[] {
  const images = ids.map((id) => (kind === 'update' ? [row(id, 'old'), row(id, 'new')] : [row(id, 'x')]));
  return [tableMap(of, 70), rows(kind, of, 70, images, options)];
}

export function insert(...ids: number[]): Event[] {
  return change('insert', ids);
}
