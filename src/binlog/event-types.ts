/** Who wrote a file. MariaDB and MySQL number their newer events independently of each other. */
export type Flavour = 'mysql' | 'mariadb';

/** Event type codes that code refers to by name; {@link eventTypes} holds all of them. */
export const EventCode = {
  START_EVENT_V3: 1,
  QUERY: 2,
  STOP: 3,
  ROTATE: 4,
  FORMAT_DESCRIPTION: 15,
  XID: 16,
  EXECUTE_LOAD_QUERY: 18,
  TABLE_MAP: 19,
  WRITE_ROWS_V1: 23,
  UPDATE_ROWS_V1: 24,
  DELETE_ROWS_V1: 25,
  ROWS_QUERY: 29,
  WRITE_ROWS: 30,
  UPDATE_ROWS: 31,
  DELETE_ROWS: 32,
  GTID: 33,
  ANONYMOUS_GTID: 34,
  PREVIOUS_GTIDS: 35,
  XA_PREPARE: 38,
  PARTIAL_UPDATE_ROWS: 39,
  TRANSACTION_PAYLOAD: 40,
  GTID_TAGGED: 42,
  ANNOTATE_ROWS: 160,
  MARIADB_BINLOG_CHECKPOINT: 161,
  MARIADB_GTID: 162,
  MARIADB_GTID_LIST: 163,
  START_ENCRYPTION: 164,
  QUERY_COMPRESSED: 165,
  WRITE_ROWS_COMPRESSED_V1: 166,
  DELETE_ROWS_COMPRESSED_V1: 168,
  WRITE_ROWS_COMPRESSED: 169,
  DELETE_ROWS_COMPRESSED: 171,
} as const;

/**
 * What a rewriter does with an event.
 *
 * - `fde`       the format in force from here on
 * - `map`       context for the rows events of the same statement
 * - `rows`      row changes, inverted
 * - `boundary`  begins or ends a transaction, or is a statement (QUERY); interpreted, never copied
 * - `packed`    holds other events, or itself, in compressed form; replaced by what it holds
 * - `text`      the statement that made the rows after it; kept by its place, for people
 * - `drop`      says nothing about data; dropped
 * - `statement` changes data by statement; recorded, refused where it touches the selection
 * - `incident`  the server says that its log has a hole; refused
 * - `encryption` what follows is encrypted
 * - `refuse`    not understood by this version; refused by name where it may touch the selection
 * - `unreadable` nothing after it can be read either; refused at once
 */
export type EventAction =
  | 'fde'
  | 'map'
  | 'rows'
  | 'boundary'
  | 'packed'
  | 'text'
  | 'drop'
  | 'statement'
  | 'incident'
  | 'encryption'
  | 'refuse'
  | 'unreadable';

export interface EventType {
  readonly code: number;
  /** The name in the server's sources, without `_EVENT`. */
  readonly name: string;
  readonly flavour: Flavour | 'both';
  /** First server version that writes it. */
  readonly since: string;
  readonly action: EventAction;
}

type Row = [code: number, name: string, flavour: Flavour | 'both', since: string, action: EventAction];

// The numbering is that of MySQL's libs/mysql/binlog/event/binlog_event.h (Log_event_type) and
// MariaDB's sql/log_event.h.
const rows: Row[] = [
  [0, 'UNKNOWN', 'both', '3.23', 'unreadable'],
  [1, 'START_EVENT_V3', 'both', '3.23', 'unreadable'],
  [2, 'QUERY', 'both', '3.23', 'boundary'],
  [3, 'STOP', 'both', '3.23', 'drop'],
  [4, 'ROTATE', 'both', '3.23', 'drop'],
  // INTVAR, RAND, USER_VAR and the blocks of LOAD DATA only set the stage for the QUERY or
  // EXECUTE_LOAD_QUERY that follows, which is judged itself.
  [5, 'INTVAR', 'both', '3.23', 'drop'],
  [6, 'LOAD', 'both', '3.23', 'refuse'],
  [7, 'SLAVE', 'both', '3.23', 'drop'],
  [8, 'CREATE_FILE', 'both', '3.23', 'refuse'],
  [9, 'APPEND_BLOCK', 'both', '3.23', 'drop'],
  [10, 'EXEC_LOAD', 'both', '3.23', 'refuse'],
  [11, 'DELETE_FILE', 'both', '3.23', 'drop'],
  [12, 'NEW_LOAD', 'both', '4.0', 'refuse'],
  [13, 'RAND', 'both', '4.0', 'drop'],
  [14, 'USER_VAR', 'both', '4.1', 'drop'],
  [15, 'FORMAT_DESCRIPTION', 'both', '5.0', 'fde'],
  [16, 'XID', 'both', '5.0', 'boundary'],
  [17, 'BEGIN_LOAD_QUERY', 'both', '5.0', 'drop'],
  [18, 'EXECUTE_LOAD_QUERY', 'both', '5.0', 'statement'],
  [19, 'TABLE_MAP', 'both', '5.1.5', 'map'],
  [20, 'PRE_GA_WRITE_ROWS', 'both', '5.1.0', 'refuse'],
  [21, 'PRE_GA_UPDATE_ROWS', 'both', '5.1.0', 'refuse'],
  [22, 'PRE_GA_DELETE_ROWS', 'both', '5.1.0', 'refuse'],
  [23, 'WRITE_ROWS_V1', 'both', '5.1.16', 'rows'],
  [24, 'UPDATE_ROWS_V1', 'both', '5.1.16', 'rows'],
  [25, 'DELETE_ROWS_V1', 'both', '5.1.16', 'rows'],
  [26, 'INCIDENT', 'both', '5.1', 'incident'],
  [27, 'HEARTBEAT', 'both', '5.5', 'drop'],
  [28, 'IGNORABLE', 'mysql', '5.6', 'drop'],
  [29, 'ROWS_QUERY', 'mysql', '5.6', 'text'],
  [30, 'WRITE_ROWS', 'both', '5.6', 'rows'],
  [31, 'UPDATE_ROWS', 'both', '5.6', 'rows'],
  [32, 'DELETE_ROWS', 'both', '5.6', 'rows'],
  [33, 'GTID', 'mysql', '5.6', 'boundary'],
  [34, 'ANONYMOUS_GTID', 'mysql', '5.7.6', 'boundary'],
  [35, 'PREVIOUS_GTIDS', 'mysql', '5.6', 'drop'],
  [36, 'TRANSACTION_CONTEXT', 'mysql', '5.7', 'drop'],
  [37, 'VIEW_CHANGE', 'mysql', '5.7', 'drop'],
  [38, 'XA_PREPARE', 'both', '5.7.7', 'boundary'],
  [39, 'PARTIAL_UPDATE_ROWS', 'mysql', '8.0.3', 'rows'],
  [40, 'TRANSACTION_PAYLOAD', 'mysql', '8.0.20', 'packed'],
  [41, 'HEARTBEAT_V2', 'mysql', '8.0.26', 'drop'],
  [42, 'GTID_TAGGED', 'mysql', '8.3', 'boundary'],
  [43, 'LARGE_TRANSACTION_HEADER', 'mysql', '10.0', 'drop'],
  // Amazon Aurora fills up blocks with it, between GTID and BEGIN too.
  [100, 'AURORA_PADDING', 'mysql', '5.7', 'drop'],
  [160, 'ANNOTATE_ROWS', 'mariadb', '5.3', 'text'],
  [161, 'BINLOG_CHECKPOINT', 'mariadb', '10.0', 'drop'],
  [162, 'GTID', 'mariadb', '10.0.1', 'boundary'],
  [163, 'GTID_LIST', 'mariadb', '10.0.1', 'drop'],
  // Of Percona Server 5.7, which MySQL itself never had.
  [164, 'START_5_7_ENCRYPTION', 'mysql', '5.7.20', 'unreadable'],
  [164, 'START_ENCRYPTION', 'mariadb', '10.1', 'encryption'],
  [165, 'QUERY_COMPRESSED', 'mariadb', '10.2.3', 'packed'],
  [166, 'WRITE_ROWS_COMPRESSED_V1', 'mariadb', '10.2.3', 'packed'],
  [167, 'UPDATE_ROWS_COMPRESSED_V1', 'mariadb', '10.2.3', 'packed'],
  [168, 'DELETE_ROWS_COMPRESSED_V1', 'mariadb', '10.2.3', 'packed'],
  [169, 'WRITE_ROWS_COMPRESSED', 'mariadb', '10.2.3', 'packed'],
  [170, 'UPDATE_ROWS_COMPRESSED', 'mariadb', '10.2.3', 'packed'],
  [171, 'DELETE_ROWS_COMPRESSED', 'mariadb', '10.2.3', 'packed'],
  [172, 'PARTIAL_ROW_DATA', 'mariadb', '12.3', 'refuse'],
];

/** The registry: every event type of both flavours. No other place decides what becomes of a type. */
export const eventTypes: readonly EventType[] = rows.map(([code, name, flavour, since, action]) => ({
  code,
  name,
  flavour,
  since,
  action,
}));

function byCode(flavour: Flavour): (EventType | undefined)[] {
  const table: (EventType | undefined)[] = new Array(256).fill(undefined);
  for (const type of eventTypes)
    if (type.flavour === 'both' || type.flavour === flavour) table[type.code] = type;
  return table;
}

const tables: Record<Flavour, (EventType | undefined)[]> = {
  mysql: byCode('mysql'),
  mariadb: byCode('mariadb'),
};

/** The type behind a code, or undefined when servers of this flavour do not have it. */
export function eventType(code: number, flavour: Flavour): EventType | undefined {
  return tables[flavour][code];
}

/** A name for messages: `TABLE_MAP`, or `type 77` for a code that the flavour does not have. */
export function eventTypeName(code: number, flavour: Flavour): string {
  return tables[flavour][code]?.name ?? `type ${code}`;
}
