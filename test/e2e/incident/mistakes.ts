import { countryOf, placedAt, stateOf } from './shop.ts';

/**
 * What must be found and undone: two statements of an operator, each with one word wrong or missing. Both were
 * sent in the middle of the night's traffic.
 */

/** The hour (each has a log of its own) in which the orders are deleted, and the one in which customers are blocked. */
export const DELETE_HOUR = 4;
export const UPDATE_HOUR = 7;

/** OR for AND. */
export const MEANT_DELETE = `DELETE FROM orders WHERE state = 'cancelled' AND placed < '2026-09-01'`;
export const WRONG_DELETE = `DELETE FROM orders WHERE state = 'cancelled' OR placed < '2026-09-01'`;

/** The second condition is missing. */
export const MEANT_UPDATE = `UPDATE customers SET state = 'blocked', credit = 0, remark = 'overdue' WHERE country = 'NO' AND credit > 400`;
export const WRONG_UPDATE = `UPDATE customers SET state = 'blocked', credit = 0, remark = 'overdue' WHERE country = 'NO'`;

/** Is this old order lost? */
export const isDeleted = (oldOrder: number): boolean =>
  stateOf(oldOrder) === 'cancelled' || placedAt(oldOrder) < '2026-09-01';

/** Is this customer blocked? */
export const isBlocked = (customer: number): boolean => countryOf(customer) === 'NO';
