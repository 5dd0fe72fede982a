/** Random settings of sessions and of the server, and what they mean for an undo. */
import type { Dialect } from './dialect.ts';
import type { Random } from './random.ts';

/** What settings depend on. */
export interface SettingsOptions {
  readonly dialect: Dialect;
  /** Do transactions have GTIDs? */
  readonly hasGtids: boolean;
  /** Do tables keep their history? Its times must not go back. */
  readonly versioned: boolean;
  /** Foreign keys are not checked from the beginning to the end: what then refers to nothing stays so. */
  readonly unchecked: boolean;
}

/** Which row images the sessions of a part of the workload use. */
export type Images = 'full' | 'any';

/** A statement that changes the row images of a session from its next statement on. */
export function rowImage(random: Random, dialect: Dialect, images: Images): string {
  return `SET SESSION binlog_row_image = '${imageOf(random, dialect, images)}'`;
}

/** A session's settings for its next transactions. */
export function sessionSettings(
  random: Random,
  { dialect, hasGtids, versioned, unchecked }: SettingsOptions,
  images: Images,
): string[] {
  const { mysql, mysql97, mariadb } = dialect;
  const chosen: Record<string, string | number> = {
    sql_mode: random.pick(["''", "''", "''", "'STRICT_ALL_TABLES'", "'NO_AUTO_VALUE_ON_ZERO'"]),
    time_zone: random.pick(["'+00:00'", "'+00:00'", "'-11:30'", "'+13:00'"]),
    timestamp: versioned || random.chance(80) ? 'DEFAULT' : 1_700_000_000 + random.below(90_000_000),
    foreign_key_checks: unchecked ? 0 : 1,
    unique_checks: random.chance(90) ? 1 : 0,
    [mysql97 ? 'transaction_isolation' : 'tx_isolation']: random.pick([
      "'REPEATABLE-READ'",
      "'READ-COMMITTED'",
      "'SERIALIZABLE'",
    ]),
  };
  if (mysql) chosen.binlog_rows_query_log_events = random.below(2);
  if (mariadb) {
    chosen.binlog_annotate_row_events = random.below(2);
    chosen.gtid_domain_id = random.chance(85) ? 0 : random.below(3);
  }
  if (mysql97) {
    chosen.binlog_transaction_compression = random.chance(40) ? 1 : 0;
    chosen.binlog_transaction_compression_level_zstd = random.pick([1, 3, 22]);
    chosen.binlog_row_value_options = random.pick(["''", "'PARTIAL_JSON'"]);
  }
  if (mysql97 && hasGtids) chosen.gtid_next = random.pick(["'AUTOMATIC'", "'AUTOMATIC'", "'AUTOMATIC:tag'"]);
  const statements = Object.entries(chosen).map(([name, value]) => `SET SESSION ${name} = ${value}`);
  return [...statements, rowImage(random, dialect, images)];
}

/** FULL_NODUP leaves out only what the other image has, so that it can always be undone. */
function imageOf(random: Random, { id }: Dialect, images: Images): string {
  const full = id === 'mariadb-11.8' ? ['FULL', 'FULL_NODUP'] : ['FULL'];
  if (images === 'full' || random.chance(50)) return random.pick(full);
  return random.pick(['MINIMAL', 'NOBLOB', 'NOBLOB']);
}

/** Settings of the whole server, for what begins now. */
export function globalSettings(random: Random, { id, mysql56, mysql97, mariadb }: Dialect): string[] {
  const statements: string[] = [];
  const set = (name: string, value: string | number): void => {
    statements.push(`SET GLOBAL ${name} = ${value}`);
  };
  set('binlog_checksum', random.pick(["'CRC32'", "'CRC32'", "'NONE'"]));
  if (!mysql56) {
    set('binlog_row_metadata', `'${random.pick(['MINIMAL', 'FULL', ...(mariadb ? ['NO_LOG'] : [])])}'`);
  }
  if (mariadb) {
    set('log_bin_compress', random.below(2));
    set('log_bin_compress_min_len', random.pick([10, 100, 256]));
  }
  // What the workload's sessions set for themselves the undo's have from here.
  if (mysql97) {
    set('binlog_transaction_compression', random.below(2));
    set('binlog_row_value_options', random.pick(["''", "'PARTIAL_JSON'"]));
  }
  if (id === 'mariadb-11.8') set('binlog_row_image', random.pick(["'FULL'", "'FULL_NODUP'"]));
  return statements;
}

const gtidModes = ['OFF', 'OFF_PERMISSIVE', 'ON_PERMISSIVE', 'ON'];

/** The steps from one gtid_mode of MySQL to another. */
export function gtidModeSteps(from: string, to: string): string[] {
  const [start, end] = [gtidModes.indexOf(from), gtidModes.indexOf(to)];
  const step = Math.sign(end - start);
  const steps: string[] = [];
  for (let at = start; at !== end; at += step) steps.push(`SET GLOBAL gtid_mode = ${gtidModes[at + step]}`);
  const consistency = `SET GLOBAL enforce_gtid_consistency = ${to === 'OFF' ? 'OFF' : 'ON'}`;
  return to === 'OFF' ? [...steps, consistency] : [consistency, ...steps];
}
