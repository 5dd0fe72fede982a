import type { ChildProcess, SpawnOptions } from 'node:child_process';

/** The client programs of a server. */
export type ClientProgram = 'client' | 'binlog' | 'dump';

/** What differs between servers that run unpacked on this machine and servers that run in a container. */
export interface Backend {
  /** The server's own temporary folder, under the same path for the server, its clients and this process. */
  readonly folder: string;
  readonly port: number;
  /** Starts the server's process with an initialised data folder; it need not answer yet. */
  start(args: readonly string[]): Promise<void>;
  /** Whether the server's process has ended by itself. */
  hasEnded(): Promise<boolean>;
  /** Clean shutdown; the data stay. Kills the server when it takes too long. */
  shutDown(): Promise<void>;
  /** Ends the server's process at once, as a crash would; the data stay as they are. */
  kill(): Promise<void>;
  /** Removes the temporary folder of a server that is down. */
  remove(): Promise<void>;
  /** Starts a client program. */
  spawn(program: ClientProgram, args: readonly string[], options: SpawnOptions): ChildProcess;
}

/** Where things lie in a server's folder. */
export const dataFolder = (folder: string): string => `${folder}/data`;
export const socketFile = (folder: string): string => `${folder}/server.sock`;
/** Servers delete each other's files from a shared one when they start. */
export const temporaryFolder = (folder: string): string => `${folder}/tmp`;
export const errorLogFile = (folder: string): string => `${folder}/error.log`;

/** The options every server runs with, whatever its version and provider. */
export function commonOptions(folder: string, port: number): string[] {
  return [
    `--datadir=${dataFolder(folder)}`,
    `--tmpdir=${temporaryFolder(folder)}`,
    `--socket=${socketFile(folder)}`,
    `--pid-file=${folder}/server.pid`,
    `--log-error=${errorLogFile(folder)}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--server-id=1',
    '--log-bin=binlog',
  ];
}
