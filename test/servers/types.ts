/** The servers every end-to-end story runs on. */
export type ServerId = 'mysql-9.7' | 'mysql-5.6' | 'mariadb-10.5' | 'mariadb-10.11' | 'mariadb-11.8';

export const serverIds: readonly ServerId[] = [
  'mysql-9.7',
  'mysql-5.6',
  'mariadb-10.5',
  'mariadb-10.11',
  'mariadb-11.8',
];

export interface StartOptions {
  /** Further server options, e.g. `['--binlog-checksum=NONE']`; they come after the provider's own. */
  args?: readonly string[];
  /** A link to the server's program, by which it is started: MySQL looks beside it for what to load first. For unpacked servers. */
  program?: string;
  /** Where the server runs; by default what BINFLASH_TEST_PROVIDER says, else 'unpacked'. */
  provider?: 'unpacked' | 'container';
}

/** A running server, its own client programs and its own data folder. */
export interface RunningServer {
  readonly id: ServerId;
  readonly flavour: 'mysql' | 'mariadb';
  /** What `SELECT VERSION()` says. */
  readonly version: string;
  readonly port: number;
  /** Folder, readable by this process, in which the server writes `binlog.000001`, ... */
  readonly binlogFolder: string;
  /** Runs statements through the server's own client (`--binary-mode`, stdin); answers stdout (tab separated, no header); throws with stderr when the client fails. */
  sql(statements: string | Uint8Array, database?: string): Promise<string>;
  /** Looks at the server in a session that stays open from look to look, much sooner than {@link sql}; each statement ends with a semicolon. For what neither depends on the session nor changes more of it than `SET NAMES`, `time_zone` and `sql_mode`. */
  look(statements: string): Promise<string>;
  /** Runs statements through the client as {@link sql} does, with its output in the form that the options ask for. */
  print(options: readonly string[], statements: string | Uint8Array, database?: string): Promise<string>;
  /** Pipes statements into a plain client with nothing but these options, as a user does; throws with stderr when it fails, else answers it as well. */
  pipe(
    options: readonly string[],
    statements: AsyncIterable<string | Uint8Array>,
  ): Promise<{ stdout: string; stderr: string }>;
  /** Runs this server's mysqldump / mariadb-dump with the arguments; answers stdout; throws with stderr when it fails. */
  dump(args: readonly string[]): Promise<Buffer>;
  /** Absolute paths of the binlogs, oldest first (from the server's index). */
  binlogs(): Promise<string[]>;
  /** `FLUSH BINARY LOGS`, then the path of the file that was just closed. */
  closeBinlog(): Promise<string>;
  /** Current file name and position, as SHOW MASTER/BINARY LOG STATUS says. */
  position(): Promise<{ file: string; position: number }>;
  /** Runs this server version's mysqlbinlog / mariadb-binlog with the arguments. Never throws on a non-zero exit. */
  mysqlbinlog(args: readonly string[]): Promise<{ code: number; stdout: Buffer; stderr: string }>;
  /** `mysqlbinlog <files> | mysql` (options such as `--skip-gtids` may stand among the files), streamed with a pipe as a user would; throws with both stderrs when either exits non-zero. Answers both stderrs. The file `-` is the input. */
  replay(files: readonly string[], input?: Uint8Array): Promise<string>;
  /** The error log's text so far. */
  errorLog(): Promise<string>;
  /** Ends the server with SIGKILL; {@link restart} starts it on what is left of its data. */
  kill(): Promise<void>;
  /** Clean shutdown and start on the same data folder, with other options if given. */
  restart(options?: StartOptions): Promise<void>;
  /** Stops the server (SIGTERM to its own pid, SIGKILL after a bounded wait) and removes its data folder. */
  stop(): Promise<void>;
}
