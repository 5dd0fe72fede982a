import { DELETE_HOUR, isBlocked, isDeleted, UPDATE_HOUR } from './mistakes.ts';
import { CUSTOMERS, OLD_ORDERS, PRODUCTS } from './shop.ts';

/** Connections that serve customers at the same time. */
export const WORKERS = 8;
/** Each hour's changes end up in a log of their own. */
export const HOURS = 10;
/** Transactions of one worker in one hour: 20,000 in all. */
const TRANSACTIONS = 250;

/**
 * What one worker does in the night, an hour a text. It is the same each time, and ends in the same rows
 * however the workers overtake each other: each has customers and orders of its own, and what they share they
 * only count up and down. Rows that the mistakes reach are left alone from then on; the tables are not.
 *
 * Every transaction changes something, and stock comes last in it, so that none waits in a circle.
 */
export function workerNight(worker: number): string[] {
  const state = new Worker(worker);
  return Array.from({ length: HOURS }, (_, hour) => {
    const transactions: string[] = [];
    for (let i = 0; i < TRANSACTIONS; i++) transactions.push(state.next(hour + 1));
    return transactions.join('');
  });
}

class Worker {
  readonly #worker: number;
  /** Transactions so far. */
  #count = 0;
  /** Orders, carts and sessions of this night that are still open, newest last. */
  readonly #orders: number[] = [];
  readonly #carts: number[] = [];
  readonly #sessions: string[] = [];

  constructor(worker: number) {
    this.#worker = worker;
  }

  /** The next transaction. */
  next(hour: number): string {
    const n = ++this.#count;
    switch (n % 10) {
      case 1:
      case 4:
      case 7:
        return this.#order(n);
      case 2:
        return this.#pay(n);
      case 3:
        return this.#session(n);
      case 5:
        return this.#cart(n);
      case 6:
        return this.#visit(n, hour);
      case 8:
        return this.#close(n, hour);
      case 9:
        return this.#tidy(n);
      default:
        return this.#noteOld(n, hour);
    }
  }

  /** A number that only this worker has. */
  #own(n: number): number {
    return 1_000_000 + this.#worker * 100_000 + n;
  }

  /** A pseudo-random number below `limit`, the same each night. */
  #pick(n: number, limit: number): number {
    return (((n * WORKERS + this.#worker) * 2654435761) >>> 7) % limit;
  }

  /** A customer of this worker's whom no mistake reached yet. */
  #customer(n: number, hour: number): number {
    for (let i = this.#pick(n, CUSTOMERS / WORKERS); ; i = (i + 1) % (CUSTOMERS / WORKERS)) {
      const customer = 1 + i * WORKERS + this.#worker;
      if (hour < UPDATE_HOUR || !isBlocked(customer)) return customer;
    }
  }

  #order(n: number): string {
    const id = this.#own(n);
    const customer = 1 + this.#pick(n, CUSTOMERS);
    const product = 1 + this.#pick(n + 1, PRODUCTS);
    this.#orders.push(id);
    return `BEGIN;
INSERT INTO orders VALUES (${id}, ${customer}, 'new', ${n % 300}.80, '2026-11-21 03:00:00' + INTERVAL ${n} SECOND, NULL, UNHEX(SHA2(${id}, 256)));
INSERT INTO order_lines VALUES (${id}, 1, ${product}, 1, 19.90), (${id}, 2, ${1 + (product % PRODUCTS)}, 2, 7.25);
UPDATE counters SET n = n + 1 WHERE name = 'worker ${this.#worker}';
UPDATE products SET stock = stock - 1 WHERE id = ${product};
COMMIT;
`;
  }

  #pay(n: number): string {
    const order = this.#orders.at(-1)!;
    return `BEGIN;
UPDATE orders SET state = 'paid', note = 'paid by card no. ${n}' WHERE id = ${order};
INSERT INTO payments VALUES (${order}, ${n % 300}.80, '2026-11-21 03:00:00.125' + INTERVAL ${n} SECOND);
INSERT INTO invoices VALUES (${this.#own(n)}, ${order}, REPEAT(UNHEX('00ff27'), ${n % 40}));
COMMIT;
`;
  }

  #session(n: number): string {
    const token = `${this.#worker}-${n}`;
    this.#sessions.push(token);
    return `INSERT INTO sessions VALUES ('${token}', ${1 + this.#pick(n, CUSTOMERS)}, '2026-11-21 06:00:00');\n`;
  }

  #cart(n: number): string {
    const id = this.#own(n);
    this.#carts.push(id);
    return `INSERT INTO carts VALUES (${id}, ${1 + this.#pick(n, CUSTOMERS)}, 'product ${n % PRODUCTS} x 2');\n`;
  }

  #visit(n: number, hour: number): string {
    const customer = this.#customer(n, hour);
    return `BEGIN;
UPDATE customers SET visits = visits + 1, credit = credit + 0.50 WHERE id = ${customer};
UPDATE addresses SET street = 'New Road ${n}' WHERE customer_id = ${customer};
INSERT INTO audit_log VALUES (${this.#worker}, 'customer ${customer} moved', ${n});
COMMIT;
`;
  }

  /** Closes the night's second oldest open order: it is shipped, cancelled, or taken out altogether. */
  #close(n: number, hour: number): string {
    const [id] = this.#orders.splice(1, 1);
    if (n % 50 === 8) return `DELETE FROM orders WHERE id = ${id};\n`;
    // The wrong DELETE takes cancelled orders; how many must not depend on who comes first in its hour.
    const state = n % 50 === 18 && hour !== DELETE_HOUR ? 'cancelled' : 'shipped';
    return `UPDATE orders SET state = '${state}', note = CONCAT(COALESCE(note, ''), ' closed at ${n}') WHERE id = ${id};\n`;
  }

  #tidy(n: number): string {
    const product = 1 + this.#pick(n, PRODUCTS);
    return `BEGIN;
DELETE FROM sessions WHERE token = '${this.#sessions.shift()}';
DELETE FROM carts WHERE id = ${this.#carts.shift()};
INSERT INTO stock_moves VALUES (${this.#own(n)}, ${product}, ${n % 90}, ${n} / 7);
UPDATE products SET stock = stock + ${1 + (n % 5)} WHERE id = ${product};
COMMIT;
`;
  }

  /** A note on an order from before the night that no mistake reached yet. */
  #noteOld(n: number, hour: number): string {
    for (let i = this.#pick(n, OLD_ORDERS / WORKERS); ; i = (i + 1) % (OLD_ORDERS / WORKERS)) {
      const id = 1 + i * WORKERS + this.#worker;
      if (hour >= DELETE_HOUR && isDeleted(id)) continue;
      return `UPDATE orders SET note = 'called back, ${n}', total = total + 1 WHERE id = ${id};\n`;
    }
  }
}
