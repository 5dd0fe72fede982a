/** One option, declared once: parsing, help and suggestions follow from it. */
export interface OptionSpec {
  readonly alias?: string;
  readonly group: string;
  readonly describe: string;
  /** Name of the value in the help; a flag has none. */
  readonly value?: string;
  /** May be given more than once; commas separate too, but for `--where`. */
  readonly list?: boolean;
  /** Takes all words up to the next option, as files that a shell's wildcard stands for. */
  readonly many?: boolean;
  readonly default?: boolean | string;
}

const SELECTION = 'Which changes (all conditions must hold):';
const OUTPUT = 'Output:';
const SKIP = 'What to leave out instead of stopping:';
const RANKING = 'Which transactions, in what order:';
const VALUES = 'How tables and values are read:';
const KEYS = 'Keys of encrypted binary logs:';
const GENERAL = 'General:';

export const selectionOptions: Record<string, OptionSpec> = {
  database: {
    alias: 'd',
    group: SELECTION,
    value: 'name',
    list: true,
    describe: 'databases; * and ? are wildcards',
  },
  table: {
    alias: 'T',
    group: SELECTION,
    value: 'db.table',
    list: true,
    describe: 'tables; quote names with dots or commas as `a.b`.`c`',
  },
  'exclude-table': { group: SELECTION, value: 'db.table', list: true, describe: 'all tables but these' },
  where: {
    group: SELECTION,
    value: 'filter',
    list: true,
    describe: 'rows: "db.table: condition", as in SQL, with before.col, after.col, changed(col)',
  },
  'start-position': {
    alias: 'j',
    group: SELECTION,
    value: 'offset',
    describe: 'events of the first file from this offset on',
  },
  'stop-position': {
    group: SELECTION,
    value: 'offset',
    describe: 'events of the last file before this offset',
  },
  'start-datetime': {
    group: SELECTION,
    value: 'time',
    describe: 'events from this time on: local "2026-11-21 03:00:00", or ISO 8601 with offset',
  },
  'stop-datetime': { group: SELECTION, value: 'time', describe: 'events before this time' },
  'include-gtids': {
    group: SELECTION,
    value: 'set',
    list: true,
    describe: 'transactions of this GTID set (MySQL uuid:1-5, MariaDB 0-1-5,0-1-6)',
  },
  'exclude-gtids': {
    group: SELECTION,
    value: 'set',
    list: true,
    describe: 'all transactions but those of this GTID set',
  },
  type: { group: SELECTION, value: 'kind', list: true, describe: 'insert, update, delete' },
  'thread-id': { group: SELECTION, value: 'id', list: true, describe: 'transactions of these connections' },
  'server-id': { group: SELECTION, value: 'id', list: true, describe: 'transactions of these servers' },
  xid: { group: SELECTION, value: 'number', list: true, describe: 'transactions with these XID numbers' },
};

export const rewriteOptions: Record<string, OptionSpec> = {
  output: { alias: 'o', group: OUTPUT, value: 'file', describe: 'the undo binlog; - for standard output' },
  force: { group: OUTPUT, describe: 'replace an existing file' },
  'dry-run': { group: OUTPUT, describe: 'only say what would be undone' },
  'primary-key': {
    group: OUTPUT,
    value: 'db.table=col',
    list: true,
    describe: 'the key of a table, where the log does not tell it; columns by name or as @1,@2',
  },
  'max-event-size': {
    group: OUTPUT,
    value: 'size',
    default: '1M',
    describe: 'pack rows into events of up to this size; each is a BINLOG statement',
  },
  'max-file-size': {
    group: OUTPUT,
    value: 'size',
    describe: 'cut into numbered files of about this size, between transactions',
  },
  verify: { group: OUTPUT, describe: 'prove the undo from its bytes before it gets its name' },
  checksum: {
    group: OUTPUT,
    value: 'crc32|none',
    describe: 'checksums in the output (default: as the source)',
  },
  'row-events': {
    group: OUTPUT,
    value: 'v1|v2',
    describe: 'version of rows events: v2 for MySQL 8.4 and later (default: as the source)',
  },
  'skip-ddl': { group: SKIP, describe: 'DDL on selected tables' },
  'skip-statements': { group: SKIP, describe: 'changes logged as statements' },
  'skip-rolled-back': { group: SKIP, describe: 'transactions that were rolled back' },
  'skip-unfinished': {
    group: SKIP,
    describe: 'transactions without a COMMIT, or of which the beginning is not there',
  },
  'skip-prepared': { group: SKIP, describe: 'XA transactions prepared or committed outside these files' },
  'skip-sequences': { group: SKIP, describe: 'MariaDB sequences' },
  'skip-incidents': { group: SKIP, describe: 'INCIDENT events: holes in the log' },
};

export const reportOptions: Record<string, OptionSpec> = {
  output: { alias: 'o', group: OUTPUT, value: 'file', describe: 'the page; - for standard output' },
  force: { group: OUTPUT, describe: 'replace an existing file' },
};

export const transactionsOptions: Record<string, OptionSpec> = {
  sort: {
    group: RANKING,
    value: 'rows|deleted|updated|inserted|size|duration|time',
    describe: 'the most first, by time the earliest (default: in the order of the log)',
  },
  top: { group: RANKING, value: 'n', describe: 'only the first n' },
  contains: {
    group: RANKING,
    value: 'text',
    describe: 'an original statement contains this, in any letter case',
  },
  'min-rows': { group: RANKING, value: 'n', describe: 'with n selected row changes or more' },
};

const CONTENT = 'What is written:';

const { 'primary-key': primaryKey, ...skipping } = rewriteOptions;

/** What may be left out instead of stopping, of every command that plans an undo. */
const skipOptions = Object.fromEntries(Object.entries(skipping).filter(([name]) => name.startsWith('skip-')));

export const sqlOptions: Record<string, OptionSpec> = {
  flashback: { group: CONTENT, describe: 'the undo, in exactly reverse order' },
  audit: { group: CONTENT, describe: 'tables _<table>_keep_data_ with old and new values of each change' },
  format: {
    group: CONTENT,
    value: 'sql|csv|ndjson',
    default: 'sql',
    describe: 'csv and ndjson: old and new values for a spreadsheet or a script',
  },
  'changed-only': { group: CONTENT, describe: 'UPDATE sets only the columns that were changed' },
  guard: {
    group: CONTENT,
    describe: 'look for the whole row, and stop where a statement does not find it',
  },
  'rows-per-statement': { group: CONTENT, value: 'n', describe: 'rows in one INSERT (default: 1)' },
  replace: { group: CONTENT, describe: 'REPLACE instead of INSERT' },
  'no-primary-key': { group: CONTENT, describe: 'leave the primary key out of INSERT: new keys are given' },
  'add-schema-name': {
    group: CONTENT,
    default: true,
    describe: 'tables with their database (--no-add-schema-name: without)',
  },
  'text-literals': {
    group: CONTENT,
    value: 'readable|hex',
    default: 'readable',
    describe: 'text as text where nothing can garble it, or all of it in hexadecimal digits',
  },
  'sleep-every': {
    group: CONTENT,
    value: 'n',
    describe: 'pause for a second after n statements, between transactions',
  },
  'primary-key': primaryKey!,
  output: { alias: 'o', group: OUTPUT, value: 'file', describe: 'the text (default: standard output)' },
  force: { group: OUTPUT, describe: 'replace existing files' },
  'split-by': {
    group: OUTPUT,
    value: 'table|transaction|size',
    describe: 'a file for each table or transaction, or of --max-file-size',
  },
  'max-file-size': { group: OUTPUT, value: 'size', describe: 'with --split-by size: of about this size' },
  'ignore-triggers': { group: SKIP, describe: 'go on with tables whose triggers will fire' },
  ...skipOptions,
};

const UNDO = 'What the undo was made from, and how:';

export const verifyOptions: Record<string, OptionSpec> = {
  source: {
    group: UNDO,
    value: 'binlog...',
    list: true,
    many: true,
    describe: 'the binary logs, named as for any other command',
  },
  'primary-key': { ...primaryKey!, group: UNDO },
  'max-event-size': {
    group: UNDO,
    value: 'size',
    default: '8M',
    describe: 'no event of several rows is larger than this',
  },
  ...skipOptions,
};

/** Of every command that decodes values. */
export const tableOptions: Record<string, OptionSpec> = {
  schema: {
    group: VALUES,
    value: 'file',
    describe:
      'a mysqldump --no-data or SHOW CREATE TABLE file, for names, keys and types that the log does not tell',
  },
  'temporal-precision': {
    group: VALUES,
    value: 'db.table=col:n',
    list: true,
    describe:
      'digits of fraction of TIME, DATETIME, TIMESTAMP from before MariaDB 10.1; columns as name or @1',
  },
  'time-zone': {
    group: VALUES,
    value: 'zone',
    describe: 'for TIMESTAMP: Europe/Berlin, UTC or +02:00 (default: of this machine)',
  },
};

/** Of every command that prints values. */
export const valueOptions: Record<string, OptionSpec> = {
  ...tableOptions,
  'max-value': {
    group: VALUES,
    value: 'characters',
    describe: 'cut longer values; 0 cuts none',
  },
};

export const showOptions: Record<string, OptionSpec> = {
  limit: { group: OUTPUT, value: 'number', describe: 'stop after so many row changes' },
  json: { group: OUTPUT, describe: 'one JSON object a row change, line by line' },
  sql: { group: OUTPUT, describe: 'pseudo-SQL as mysqlbinlog -vv prints it' },
};

export const keyOptions: Record<string, OptionSpec> = {
  keyring: {
    group: KEYS,
    value: 'file',
    describe: 'of MySQL (binlog_encryption): the file of component_keyring_file or keyring_file',
  },
  'encryption-keys': {
    group: KEYS,
    value: 'file',
    describe: 'of MariaDB (encrypt_binlog): the file of file_key_management',
  },
  'encryption-keys-password-file': {
    group: KEYS,
    value: 'file',
    describe: 'the file with the password of that one, where it is encrypted itself',
  },
};

/** Of every command: all read binary logs. */
export const generalOptions: Record<string, OptionSpec> = {
  ...keyOptions,
  'max-unpacked-size': {
    group: GENERAL,
    value: 'size',
    default: '64G',
    describe: 'most bytes that one compressed transaction or archive may unpack to',
  },
  json: { group: GENERAL, describe: 'one JSON document on standard output' },
  quiet: { alias: 'q', group: GENERAL, describe: 'nothing but data and errors' },
  progress: { group: GENERAL, default: true, describe: 'a progress bar on a terminal (--no-progress: none)' },
  'log-level': {
    group: GENERAL,
    value: 'info|debug',
    default: 'info',
    describe: 'debug: what was decided, and where time and memory went (never rows)',
  },
  color: { group: GENERAL, default: true, describe: 'colours on a terminal (--no-color: none)' },
};
