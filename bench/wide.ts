/** What the columns of a wide row are, in turn, and how each is made of a number `x`; a half of them may be NULL. */
const KINDS: readonly (readonly [type: string, value: string])[] = [
  ['INT', 'x'],
  ['VARCHAR(40)', "CONCAT('value ', x)"],
  ['DECIMAL(14,4)', 'x / 7'],
  ['DATETIME(3)', "'2026-11-21 03:00:00.123' + INTERVAL (x % 1000) SECOND"],
  ['BIGINT UNSIGNED', 'x * 1000003'],
  ['CHAR(8)', 'LPAD(x % 100000, 8, 0)'],
  ['DOUBLE', 'x / 3'],
  ['TINYINT', 'x % 100'],
  ['VARBINARY(600)', 'REPEAT(CHAR(x % 250), x % 20)'],
  ['TEXT', "REPEAT('t', x % 30)"],
  ['TIMESTAMP NULL', "'2026-11-21 03:00:00' + INTERVAL (x % 1000) SECOND"],
  ['DATE', "'2026-11-21' + INTERVAL (x % 100) DAY"],
  ['FLOAT', 'x / 5'],
  ['SMALLINT', 'x % 30000'],
  ['BIT(12)', 'x % 4096'],
  ['MEDIUMINT', 'x % 8000000'],
];

const COLUMNS = 200;
/** In thousands. */
const ROWS = 20;

/** 200 columns of mixed types, every fifth value of those that may be NULL is; inserted, a fifth of them changed, deleted. */
export function wideWorkload(setUp: (tables: string) => string): string {
  const columns: string[] = [];
  const values: string[] = [];
  const changes: string[] = [];
  for (let i = 0; i < COLUMNS - 1; i++) {
    const [type, value] = KINDS[i % KINDS.length]!;
    const number = `(s.n + ${i})`;
    const made = value.replace(/\bx\b/g, number);
    const nullable = i % 2 === 0;
    columns.push(`c${i} ${type}${nullable || type.endsWith('NULL') ? '' : ' NOT NULL'}`);
    values.push(nullable ? `IF((s.n + ${i}) % 5 = 0, NULL, ${made})` : made);
    if (type === 'INT' || type === 'TINYINT') changes.push(`c${i} = 1`);
  }
  const table = `CREATE TABLE bench.wide (id INT NOT NULL PRIMARY KEY, ${columns.join(', ')})
    ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=latin1;`;
  return `${setUp(table)}
    INSERT INTO bench.wide SELECT s.n, ${values.join(', ')}
      FROM (SELECT a.n * 1000 + b.n AS n FROM bench.thousand a, bench.thousand b WHERE a.n < ${ROWS}) AS s;
    UPDATE bench.wide SET ${changes.join(', ')};
    DELETE FROM bench.wide;
  `;
}
