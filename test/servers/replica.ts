import { basename } from 'node:path';
import type { RunningServer } from './types.ts';
import { hasNewWords } from './version.ts';

const waitSeconds = 120;

export interface Attaching {
  /** That of a network which the replica is to go through. */
  readonly port?: number;
  /** MariaDB, too, is followed by GTIDs. */
  readonly byGtid?: boolean;
}

/**
 * Makes one fresh server follow another from the source's oldest binary log on. Both must run with server ids
 * of their own (`args: ['--server-id=2']`). A MySQL source with GTIDs is followed by them, others by position.
 * A MySQL 9.7 source takes some ten seconds to stop once it has had a replica.
 */
export async function attachReplica(
  source: RunningServer,
  replica: RunningServer,
  { port = source.port, byGtid = false }: Attaching = {},
): Promise<void> {
  const [oldest] = await source.binlogs();
  if (oldest === undefined) throw new Error(`${source.id} writes no binary log`);
  const word = hasNewWords(replica) ? 'SOURCE' : 'MASTER';
  const autoPosition =
    source.flavour === 'mysql' && (await source.sql('SELECT @@GLOBAL.gtid_mode')).trim() === 'ON';
  const settings = [
    `${word}_HOST='127.0.0.1'`,
    `${word}_PORT=${port}`,
    `${word}_USER='root'`,
    ...(autoPosition
      ? [`${word}_AUTO_POSITION=1`]
      : [`${word}_LOG_FILE='${basename(oldest)}'`, `${word}_LOG_POS=4`]),
    // Newer MariaDB would follow by GTID and would demand a certificate which an account without password lacks.
    ...(replica.flavour === 'mariadb'
      ? [`MASTER_USE_GTID=${byGtid ? 'slave_pos' : 'no'}`, 'MASTER_SSL_VERIFY_SERVER_CERT=0']
      : []),
  ].join(', ');
  const statements = hasNewWords(replica)
    ? ['CHANGE REPLICATION SOURCE TO', 'START REPLICA']
    : ['CHANGE MASTER TO', 'START SLAVE'];
  await replica.sql(`${statements[0]} ${settings}; ${statements[1]};`);
}

/** Waits until the replica has applied what the source has written so far; throws with its status if it cannot. */
export async function waitForReplica(source: RunningServer, replica: RunningServer): Promise<void> {
  const { file, position } = await source.position();
  const [wait, show] = hasNewWords(replica)
    ? ['SOURCE_POS_WAIT', 'SHOW REPLICA STATUS']
    : ['MASTER_POS_WAIT', 'SHOW SLAVE STATUS'];
  const answer = (await replica.sql(`SELECT ${wait}('${file}', ${position}, ${waitSeconds})`)).trim();
  // NULL: the applier has stopped; -1: the time is over; else the number of events waited for.
  if (Number(answer) >= 0) return;
  const status = await replica.sql(show);
  throw new Error(
    `${replica.id}: the replica does not reach ${file}:${position} (${answer}): ${status.trim()}`,
  );
}
