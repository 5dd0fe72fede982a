/** The shop of the drill: twelve tables, as they are when the night begins. */

export const CUSTOMERS = 3000;
export const PRODUCTS = 1500;
/** Orders from before the night; the night's own have larger ids. */
export const OLD_ORDERS = 6000;
/** Sessions that ran out before the night. */
export const OLD_SESSIONS = 3500;

const COUNTRIES = ['SE', 'DK', 'FI', 'NO', 'DE', 'PL', 'FR', 'ES', 'IT', 'NL', 'BE'];
const STATES = ['paid', 'shipped', 'delivered', 'delivered', 'returned', 'cancelled'];

export const countryOf = (customer: number): string => COUNTRIES[(customer * 7) % COUNTRIES.length]!;

export const stateOf = (oldOrder: number): string => STATES[oldOrder % STATES.length]!;

/** When an old order was placed: one each twenty minutes, from the first of August on. */
export const placedAt = (oldOrder: number): string =>
  new Date(Date.UTC(2026, 7, 1) + oldOrder * 20 * 60_000).toISOString().slice(0, 19).replace('T', ' ');

const TABLES = `
  CREATE TABLE customers (
    id INT UNSIGNED NOT NULL PRIMARY KEY, name VARCHAR(60) NOT NULL, country CHAR(2) NOT NULL,
    state ENUM('active', 'blocked') NOT NULL DEFAULT 'active', credit DECIMAL(9,2) NOT NULL, remark VARCHAR(100),
    visits INT UNSIGNED NOT NULL DEFAULT 0
  ) ENGINE=InnoDB;
  CREATE TABLE addresses (
    customer_id INT UNSIGNED NOT NULL, kind ENUM('home', 'work') NOT NULL, street VARCHAR(80) NOT NULL,
    PRIMARY KEY (customer_id, kind)
  ) ENGINE=InnoDB;
  CREATE TABLE products (
    id INT UNSIGNED NOT NULL PRIMARY KEY, name VARCHAR(60) NOT NULL, price DECIMAL(8,2) NOT NULL, stock INT NOT NULL
  ) ENGINE=InnoDB;
  CREATE TABLE orders (
    id INT UNSIGNED NOT NULL PRIMARY KEY, customer_id INT UNSIGNED NOT NULL, state VARCHAR(10) NOT NULL,
    total DECIMAL(10,2) NOT NULL, placed DATETIME NOT NULL, note TEXT, receipt VARBINARY(64)
  ) ENGINE=InnoDB;
  CREATE TABLE order_lines (
    order_id INT UNSIGNED NOT NULL, line TINYINT UNSIGNED NOT NULL, product_id INT UNSIGNED NOT NULL,
    quantity SMALLINT UNSIGNED NOT NULL, price DECIMAL(8,2) NOT NULL, PRIMARY KEY (order_id, line)
  ) ENGINE=InnoDB;
  CREATE TABLE payments (
    order_id INT UNSIGNED NOT NULL PRIMARY KEY, amount DECIMAL(10,2) NOT NULL, paid DATETIME(3) NOT NULL
  ) ENGINE=InnoDB;
  CREATE TABLE invoices (
    id BIGINT UNSIGNED NOT NULL PRIMARY KEY, order_id INT UNSIGNED NOT NULL, body BLOB NOT NULL
  ) ENGINE=InnoDB;
  CREATE TABLE carts (
    id INT UNSIGNED NOT NULL PRIMARY KEY, customer_id INT UNSIGNED NOT NULL, content VARCHAR(200) NOT NULL
  ) ENGINE=InnoDB;
  CREATE TABLE sessions (
    token CHAR(12) NOT NULL PRIMARY KEY, customer_id INT UNSIGNED NOT NULL, expires DATETIME NOT NULL
  ) ENGINE=InnoDB;
  CREATE TABLE stock_moves (
    id BIGINT UNSIGNED NOT NULL PRIMARY KEY, product_id INT UNSIGNED NOT NULL, moved SMALLINT NOT NULL, weight DOUBLE
  ) ENGINE=InnoDB;
  CREATE TABLE audit_log (who SMALLINT NOT NULL, what VARCHAR(80) NOT NULL, at INT NOT NULL) ENGINE=InnoDB;
  CREATE TABLE counters (name VARCHAR(20) NOT NULL PRIMARY KEY, n BIGINT NOT NULL) ENGINE=InnoDB;
`;

/** The tables with their rows. */
export function shopSql(): string {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
  const insert = (table: string, rows: string[]): string =>
    `INSERT INTO ${table} VALUES ${rows.map((row) => `(${row})`).join(', ')};\n`;
  return [
    TABLES,
    'BEGIN;\n',
    insert(
      'customers',
      numbers(CUSTOMERS).map(
        (i) => `${i}, 'Åse Öberg ${i}', '${countryOf(i)}', 'active', ${i % 500}.25, NULL, 0`,
      ),
    ),
    insert(
      'addresses',
      numbers(CUSTOMERS).map((i) => `${i}, 'home', 'Main Street ${i}'`),
    ),
    insert(
      'products',
      numbers(PRODUCTS).map((i) => `${i}, 'Thing no. ${i}', ${5 + (i % 90)}.90, 1000`),
    ),
    insert(
      'orders',
      numbers(OLD_ORDERS).map((i) => {
        const note = i % 5 === 0 ? `'gift for "${i}";\\nwrap it'` : 'NULL';
        return `${i}, ${1 + ((i * 13) % CUSTOMERS)}, '${stateOf(i)}', ${i % 700}.50, '${placedAt(i)}', ${note}, UNHEX(SHA2(${i}, 256))`;
      }),
    ),
    insert(
      'sessions',
      numbers(OLD_SESSIONS).map(
        (i) => `'old${i}', ${1 + (i % CUSTOMERS)}, '2026-11-19 ${String(i % 24).padStart(2, '0')}:00:00'`,
      ),
    ),
    insert(
      'counters',
      numbers(8).map((i) => `'worker ${i - 1}', 0`),
    ),
    'COMMIT;\n',
  ].join('');
}
