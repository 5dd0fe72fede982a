import { EventCode } from '../binlog/event-types.ts';
import { versionAtLeast } from '../binlog/format-description.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { shellPath } from '../wire/shell.ts';

/** How the undo is replayed on a server like the source. */
export interface Replay {
  /** For a POSIX shell. */
  readonly command: string;
  /** The setting without which the default one is too small, or undefined. */
  readonly maxAllowedPacket: number | undefined;
  /** True when no setting helps: packets end at 1 GiB. */
  readonly impossible: boolean;
  /** What else there is to mind. */
  readonly note?: string | undefined;
}

const MIB = 1024 * 1024;
const LARGEST_PACKET = 1024 * MIB;

/** The exact command for these outputs and a longest BINLOG statement of so many characters. */
export function replayOf(index: BinlogIndex, outputs: readonly string[], largestStatement: number): Replay {
  const { flavour } = index.files.at(-1)!.format;
  const files = outputs.map(shellPath).join(' ');
  const command =
    flavour === 'mariadb'
      ? `mariadb-binlog ${files} | mariadb --binary-mode`
      : `mysqlbinlog ${files} | mysql --binary-mode`;
  return { command, ...packetOf(index, largestStatement) };
}

/** Said of an undo with rows events of version 1 from MySQL, whichever version of them was asked for. */
export function version1Note({ files }: BinlogIndex, asked: 'v1' | 'v2' | undefined): string | undefined {
  if (files.at(-1)!.format.flavour === 'mariadb' || asked === 'v2') return undefined;
  const isOld = asked === 'v1' || files.some(({ events }) => VERSION_1.some((type) => events[type]! > 0));
  return isOld
    ? 'its rows events are of version 1, which mysqlbinlog of MySQL 8.4 and later does not read: use an older one, or --row-events v2'
    : undefined;
}

const VERSION_1 = [EventCode.WRITE_ROWS_V1, EventCode.UPDATE_ROWS_V1, EventCode.DELETE_ROWS_V1];

/** Said where no setting helps. */
export const IMPOSSIBLE =
  'one row is larger than any BINLOG statement may be (1 GiB): the server will refuse it';

/** What is to be minded of a replay, where the server's default packet will not do. */
export function packetNote(packet: Pick<Replay, 'maxAllowedPacket' | 'impossible'>): string | undefined {
  if (packet.impossible) return IMPOSSIBLE;
  if (packet.maxAllowedPacket === undefined) return undefined;
  return `its replay needs max_allowed_packet = ${packet.maxAllowedPacket}`;
}

/** What a statement of so many bytes needs of a server like the source. */
export function packetOf(
  index: BinlogIndex,
  largestStatement: number,
): Pick<Replay, 'maxAllowedPacket' | 'impossible'> {
  const { flavour, version } = index.files.at(-1)!.format;
  // The packet holds the statement and a command byte, and the setting is a multiple of 1024.
  const needed = Math.ceil((largestStatement + 1) / 1024) * 1024 + 1024;
  return {
    maxAllowedPacket: needed > defaultPacket(flavour, version) ? needed : undefined,
    impossible: needed > LARGEST_PACKET,
  };
}

/** The client program of the source's flavour. */
export function clientOf(index: BinlogIndex): 'mariadb' | 'mysql' {
  return index.files.at(-1)!.format.flavour === 'mariadb' ? 'mariadb' : 'mysql';
}

/** The server's default `max_allowed_packet`. */
function defaultPacket(flavour: string, version: readonly number[]): number {
  if (flavour === 'mariadb') return 16 * MIB;
  return versionAtLeast(version, [8, 0, 3]) ? 64 * MIB : 4 * MIB;
}
