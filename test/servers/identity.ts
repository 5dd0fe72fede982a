/** What a server's id, such as `mysql-8.4`, says about it. */
export interface Identity {
  flavour: 'mysql' | 'mariadb';
  /** What `SELECT VERSION()` must begin with. */
  versionPrefix: string;
  /** Options that every start of such a server needs besides the ones common to all. */
  options: readonly string[];
  /** SQL run by each client before anything else. */
  clientInit?: string;
}

/** The ids are open: any version of either flavour can be named, whether or not it can be unpacked here. */
export function identity(id: string): Identity {
  const match = /^(mysql|mariadb)-(\d+)\.(\d+)$/.exec(id);
  if (match === null)
    throw new Error(`'${id}' names no server: expected for example mysql-8.4 or mariadb-11.4`);
  const [, name, major, minor] = match;
  const versionPrefix = `${major}.${minor}.`;
  // The default binary log format is STATEMENT or MIXED in all but the newer MySQL servers.
  const rowFormat = '--binlog-format=ROW';
  if (name === 'mariadb') return { flavour: 'mariadb', versionPrefix, options: [rowFormat] };
  return {
    flavour: 'mysql',
    versionPrefix,
    options: [
      '--secure-file-priv=',
      // The X protocol would open a second, fixed port.
      '--loose-mysqlx=OFF',
      ...(major === '5' ? [rowFormat] : []),
      // A 5.6 server refuses a value larger than a tenth of its redo log.
      ...(id === 'mysql-5.6' ? ['--innodb-log-file-size=512M'] : []),
    ],
    // 5.x servers do not know the newest client's collation and fall back to latin1.
    ...(major === '5' ? { clientInit: 'SET NAMES utf8mb4' } : {}),
  };
}
