import type { RunningServer } from '../servers/index.ts';

/** A night of a document service, three hours long, with an import, an accident and much that is neither. */
export interface Incident {
  /** Fills the tables. */
  readonly before: string;
  /** The night; times are set, so it takes seconds. */
  readonly night: string;
  /** The same without the accident, which concerns nothing else. */
  readonly calmNight: string;
}

/** How many documents the accident deletes. */
export const LOST = 1203;
/** 2026-11-21T02:00:00Z */
const BEGIN = 1795226400;
const MINUTES = 180;
const ACCIDENT_MINUTE = 73;

/** Makes statements for a database; always the same ones. */
export function incident(server: Pick<RunningServer, 'flavour'>): Incident {
  const before = `
    CREATE TABLE templates (id INT PRIMARY KEY, name VARCHAR(60) NOT NULL, version INT NOT NULL);
    CREATE TABLE documents (id INT AUTO_INCREMENT PRIMARY KEY, template_id INT NOT NULL, title VARCHAR(80), body TEXT);
    CREATE TABLE jobs (id INT AUTO_INCREMENT PRIMARY KEY, document_id INT, state VARCHAR(20), KEY (state));
    CREATE TABLE sessions (id INT AUTO_INCREMENT PRIMARY KEY, user_id INT, seen DATETIME);
    CREATE TABLE audit_log (id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(60));
    INSERT INTO templates SELECT seq, CONCAT('template ', seq), 1 FROM ${numbers(60)};
    INSERT INTO documents (template_id, title, body)
      SELECT 1 + seq % 60, CONCAT('document ', seq), '{"pages": 3}' FROM ${numbers(4000)} WHERE seq % 60 <> 41;
    INSERT INTO documents (template_id, title, body)
      SELECT 42, CONCAT('contract ', seq), '{"pages": 12}' FROM ${numbers(LOST)};
    INSERT INTO sessions (user_id, seen) SELECT seq, '2026-11-20 20:00:00' FROM ${numbers(300)};`;
  const random = generator(4);
  // Statements are logged beside the rows they change; MariaDB does so by itself.
  const night = server.flavour === 'mysql' ? ['SET SESSION binlog_rows_query_log_events = ON;'] : [];
  for (let minute = 0; minute < MINUTES; minute++) {
    const steps = 5 + random(4);
    for (let step = 0; step < steps; step++) {
      const time = BEGIN + minute * 60 + Math.floor((step * 60) / steps) + random(5);
      night.push(`SET TIMESTAMP = ${time};`, usual(random));
    }
    const at = BEGIN + minute * 60 + 31;
    if (minute === 24) night.push(`SET TIMESTAMP = ${at};`, nightlyImport);
    if (minute === ACCIDENT_MINUTE) night.push(`SET TIMESTAMP = ${at};`, accident);
    if (minute % 60 === 50) {
      night.push(`SET TIMESTAMP = ${at};`, 'DELETE FROM sessions ORDER BY id LIMIT 40;');
    }
  }
  const calm = night.filter((statement) => statement !== accident);
  return { before, night: night.join('\n'), calmNight: calm.join('\n') };
}

const nightlyImport = `INSERT INTO jobs (document_id, state) SELECT seq, 'imported' FROM ${numbers(3000)};`;

const accident = `BEGIN;
  DELETE FROM documents WHERE template_id = 42;
  DELETE FROM templates WHERE id = 42;
COMMIT;`;

/** What goes on all the time. */
function usual(random: (below: number) => number): string {
  const document = 1 + random(3900);
  switch (random(6)) {
    case 0:
      return `BEGIN; INSERT INTO documents (template_id, title, body) VALUES (${1 + random(40)}, 'letter', '{"pages": 1}');
        INSERT INTO jobs (document_id, state) VALUES (${document}, 'waiting'); COMMIT;`;
    case 1:
      return `UPDATE documents SET title = CONCAT(title, '!') WHERE id BETWEEN ${document} AND ${document + random(9)} AND template_id <> 42;`;
    case 2:
      return "DELETE FROM jobs WHERE state = 'done' ORDER BY id LIMIT 5;";
    case 3:
      return `UPDATE jobs SET state = 'done' WHERE state <> 'done' ORDER BY id LIMIT ${1 + random(8)};`;
    case 4:
      return `INSERT INTO sessions (user_id, seen) VALUES (${random(999)}, NOW()), (${random(999)}, NOW()), (${random(999)}, NOW());`;
    default:
      return `INSERT INTO audit_log (what) VALUES ('opened document ${document}');`;
  }
}

/** A table of the numbers from 1 on, which both flavours can make. */
function numbers(count: number): string {
  const digit =
    '(SELECT 0 n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)';
  return `(SELECT 1 + a.n + 10 * b.n + 100 * c.n + 1000 * d.n AS seq FROM ${digit} a, ${digit} b, ${digit} c, ${digit} d
    HAVING seq <= ${count} ORDER BY seq) numbers`;
}

/** Numbers that look random and are the same every time. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
