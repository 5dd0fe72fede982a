import { versionAtLeast } from '../../binlog/format-description.ts';
import type { BinlogIndex } from '../../scan/binlog-index.ts';
import type { ByteText } from '../../wire/byte-text.ts';

/** What all statements run under: nothing is bent to fit, zero and odd dates and AUTO_INCREMENT's 0 are taken as they are. */
const STRICT = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION';
/** The same for a value that only such a mode lets in, ENUM's 0 for one. */
const LENIENT = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION';

/** Session variables that are set, and put back at the end; each is kept in a user variable of its name. */
const KEPT = [
  'sql_mode',
  'time_zone',
  'foreign_key_checks',
  'character_set_client',
  'character_set_results',
  'character_set_connection',
  'collation_connection',
];

/**
 * MariaDB's, since 10.2: rows that were there before a constraint, or when it was not checked, come back as well. Other
 * servers have no such switch.
 */
const CONSTRAINTS = 'check_constraint_checks';

/**
 * The session that SQL text runs in: what it sets at its head, changes on its way and puts back at its end. Every
 * output has a session of its own.
 */
export class Session {
  readonly #out: ByteText;
  readonly #kept: readonly string[];
  #checksForeignKeys = true;

  /** `index`: of the log whose rows are changed, if it is its own tables that are. */
  constructor(out: ByteText, index?: BinlogIndex) {
    this.#out = out;
    this.#kept = index !== undefined && canSkipConstraints(index) ? [...KEPT, CONSTRAINTS] : KEPT;
  }

  open(): void {
    const kept = this.#kept.map((name) => `@binflash_${name} = @@SESSION.${name}`);
    this.#out.ascii(`SET ${kept.join(', ')};
SET NAMES utf8mb4;
SET SESSION sql_mode = '${STRICT}', time_zone = '+00:00', foreign_key_checks = 1${this.#kept.includes(CONSTRAINTS) ? `, ${CONSTRAINTS} = 0` : ''};
`);
    this.#checksForeignKeys = true;
  }

  close(): void {
    const back = this.#kept.map((name) => `${name} = @binflash_${name}`);
    this.#out.ascii(`SET SESSION ${back.join(', ')};\n`);
  }

  get checksForeignKeys(): boolean {
    return this.#checksForeignKeys;
  }

  /** Foreign keys are checked from here on, or not; between two statements. */
  checkForeignKeys(checks: boolean): void {
    if (checks === this.#checksForeignKeys) return;
    this.#checksForeignKeys = checks;
    this.#out.ascii(`SET SESSION foreign_key_checks = ${checks ? 1 : 0};\n`);
  }

  beginLenient(): void {
    this.#out.ascii(`SET SESSION sql_mode = '${LENIENT}';\n`);
  }

  endLenient(): void {
    this.#out.ascii(`SET SESSION sql_mode = '${STRICT}';\n`);
  }
}

function canSkipConstraints({ files }: BinlogIndex): boolean {
  const { flavour, version } = files.at(-1)!.format;
  return flavour === 'mariadb' && versionAtLeast(version, [10, 2, 1]);
}
