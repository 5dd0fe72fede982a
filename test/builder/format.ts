import { hex, join, u8, u16, u32 } from './bytes.ts';

/** A server whose files the builder imitates. */
export interface Server {
  readonly version: string;
  readonly flavour: 'mysql' | 'mariadb';
  /** Post-header lengths by type, the first one for type 1. */
  readonly postHeaders: Buffer;
  /** The version of rows events that this server writes. */
  readonly rowsVersion: 1 | 2;
  /** False where no event has a checksum, not even FORMAT_DESCRIPTION, nor says so. */
  readonly knowsChecksums?: boolean;
}

/** As found in a file of MySQL 9.7.4: types 20 to 25 have none, for 8.4 gave them up. */
const MYSQL_97 = hex(
  '00 0d 00 08 00 00 00 00 04 00 04 00 00 00 63 00 04 1a 08 00 00 00 00 00 00 02 00 00 00 0a 0a 0a 2a 2a 00 12 34 00 0a 28 00 00',
);

/** Older tables are shorter and still have the v1 rows events. */
function olderMysql(types: number): Buffer {
  const table = Buffer.from(MYSQL_97.subarray(0, types));
  table.fill(8, 19, 25);
  return table;
}

function mariadbTable(): Buffer {
  const table = Buffer.alloc(171);
  olderMysql(38).copy(table);
  for (const [type, length] of [
    [161, 4],
    [162, 19],
    [163, 4],
    [164, 0],
    [165, 13],
    [166, 8],
    [167, 8],
    [168, 8],
    [169, 10],
    [170, 10],
    [171, 10],
  ] as const) {
    table[type - 1] = length;
  }
  return table;
}

/** Files of MySQL 5.1 and 5.5: one length for each type, the first 56 for START_EVENT_V3. */
function oldTable(types: number): Buffer {
  const table = Buffer.alloc(types);
  hex('38 0d 00 08 00 12 00 04 04 04 04 12 00 00 00 00 04 1a 08 00 00 00 08 08 08 02 00').copy(table);
  table[14] = 57 + types;
  return table;
}

export const mysql51: Server = {
  version: '5.1.73-log',
  flavour: 'mysql',
  postHeaders: oldTable(26),
  rowsVersion: 1,
  knowsChecksums: false,
};

export const mysql55: Server = {
  version: '5.5.62-log',
  flavour: 'mysql',
  postHeaders: oldTable(27),
  rowsVersion: 1,
  knowsChecksums: false,
};

/** The first to know checksums, with events of its own from number 160 on. */
export const mariadb53: Server = {
  version: '5.3.12-MariaDB-log',
  flavour: 'mariadb',
  postHeaders: oldTable(160),
  rowsVersion: 1,
};

export const mariadb55: Server = { ...mariadb53, version: '5.5.68-MariaDB' };

export const mysql56: Server = {
  version: '5.6.51-log',
  flavour: 'mysql',
  postHeaders: olderMysql(35),
  rowsVersion: 2,
};

export const mysql80: Server = {
  version: '8.0.43',
  flavour: 'mysql',
  postHeaders: olderMysql(41),
  rowsVersion: 2,
};

/** Amazon Aurora 5.7: more types than MySQL has, the last of them its own. */
export const aurora57: Server = {
  version: '5.7.12-log',
  flavour: 'mysql',
  postHeaders: join(olderMysql(38), Buffer.alloc(62)),
  rowsVersion: 2,
};

/** Of the time before 5.1.16, with table ids of 6 bytes. */
export const mysqlPreGa: Server = {
  version: '5.1.12-beta-log',
  flavour: 'mysql',
  postHeaders: oldTable(25),
  rowsVersion: 1,
  knowsChecksums: false,
};

export const mysql97: Server = {
  version: '9.7.4',
  flavour: 'mysql',
  postHeaders: MYSQL_97,
  rowsVersion: 2,
};

export const mariadb118: Server = {
  version: '11.8.6-MariaDB-log',
  flavour: 'mariadb',
  postHeaders: mariadbTable(),
  rowsVersion: 1,
};

export const servers: readonly Server[] = [mysql56, mysql80, mysql97, mariadb118];

/** Those that began transactions with BEGIN alone. */
export const oldServers: readonly Server[] = [mysql51, mysql55, mariadb53, mariadb55];

export type Checksum = 'crc32' | 'none';

export interface FormatOptions {
  readonly checksum?: Checksum;
  readonly created?: number;
  readonly binlogVersion?: number;
  readonly headerLength?: number;
  /** Any other algorithm number, to be refused. */
  readonly algorithm?: number;
}

/** Body of FORMAT_DESCRIPTION up to and with the algorithm; its CRC is always there where that is, the builder adds it. */
export function formatBody(server: Server, options: FormatOptions = {}): Buffer {
  const { checksum = 'crc32', created = 0, binlogVersion = 4, headerLength = 19 } = options;
  const version = Buffer.alloc(50);
  version.write(server.version);
  return join(
    u16(binlogVersion),
    version,
    u32(created),
    u8(headerLength),
    server.postHeaders,
    server.knowsChecksums === false ? '' : u8(options.algorithm ?? (checksum === 'crc32' ? 1 : 0)),
  );
}
