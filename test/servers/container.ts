import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { createWriteStream, rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';
import {
  type Backend,
  type ClientProgram,
  commonOptions,
  dataFolder,
  errorLogFile,
  temporaryFolder,
} from './backend.ts';
import { identity } from './identity.ts';
import { freePort } from './port.ts';
import { finished, onProcessEnd } from './process.ts';
import { type Command, programEnvironment, programs } from './programs.ts';
import { provisionServer } from './provision/server.ts';

const shutDownSeconds = 60;

/** The image that serves an id: BINFLASH_TEST_IMAGE_MYSQL_8_4 for mysql-8.4, else the official image. */
export function imageOf(id: string): string {
  const variable = `BINFLASH_TEST_IMAGE_${id.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
  return process.env[variable] || id.replace('-', ':');
}

/**
 * A server in a container on the host's network. Its folder, the folder for temporary files and the working
 * folder have the same paths inside as outside, so that file names mean the same to everybody.
 */
export class ContainerBackend implements Backend {
  readonly folder: string;
  readonly port: number;
  private readonly id: string;
  private readonly options: readonly string[];
  private container: StartedTestContainer | undefined;
  private readonly forget: () => void;
  /** Set when the image has no mysqlbinlog of its own. */
  private otherBinlog: Command | undefined;

  private constructor(id: string, folder: string, port: number) {
    this.id = id;
    this.folder = folder;
    this.port = port;
    this.options = [...commonOptions(folder, port), ...identity(id).options];
    this.forget = onProcessEnd(() => {
      if (this.container !== undefined) spawnSync('docker', ['rm', '--force', this.container.getId()]);
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /** A server with an empty data folder, not yet started. */
  static async create(id: string): Promise<ContainerBackend> {
    const folder = await mkdtemp(join(tmpdir(), `binflash-${id}-`));
    await mkdir(dataFolder(folder));
    await mkdir(temporaryFolder(folder));
    await writeFile(errorLogFile(folder), '');
    // An official image started by root runs its server as a user of its own.
    for (const path of [folder, dataFolder(folder), temporaryFolder(folder)]) await chmod(path, 0o777);
    await chmod(errorLogFile(folder), 0o666);
    return new ContainerBackend(id, folder, await freePort());
  }

  async start(args: readonly string[]): Promise<void> {
    // The image's entrypoint fills an empty data folder, then runs the server with these options.
    const container = new GenericContainer(imageOf(this.id))
      .withNetworkMode('host')
      .withCommand([...this.options, ...args])
      .withEnvironment({
        MYSQL_ALLOW_EMPTY_PASSWORD: 'yes',
        MYSQL_INITDB_SKIP_TZINFO: 'yes',
        MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: 'yes',
        MARIADB_INITDB_SKIP_TZINFO: 'yes',
      })
      .withBindMounts([
        { source: tmpdir(), target: tmpdir(), mode: 'rw' },
        { source: process.cwd(), target: process.cwd(), mode: 'ro' },
      ])
      .withLogConsumer((output) => {
        output.pipe(createWriteStream(errorLogFile(this.folder), { flags: 'a' }).on('error', () => {}));
      })
      // Whoever starts a server waits until it answers; nothing to wait for here.
      .withWaitStrategy(Wait.forAll([]));
    const [user, group] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    this.container = await (user === 0 ? container : container.withUser(`${user}:${group}`)).start();
    await this.findBinlogProgram();
  }

  async hasEnded(): Promise<boolean> {
    if (this.container === undefined) return true;
    const { container: client } = await getContainerRuntimeClient();
    return !(await client.inspect(client.getById(this.container.getId()))).State.Running;
  }

  async shutDown(): Promise<void> {
    await this.container?.stop({ timeout: shutDownSeconds * 1000 });
    this.container = undefined;
  }

  async kill(): Promise<void> {
    // Not by Docker's own kill, of which this library does not know.
    if (this.container === undefined) return;
    spawnSync('docker', ['kill', '--signal=KILL', this.container.getId()]);
    await this.container.stop();
    this.container = undefined;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    this.forget();
  }

  spawn(program: ClientProgram, args: readonly string[], options: SpawnOptions): ChildProcess {
    if (program === 'binlog' && this.otherBinlog !== undefined) {
      const [file, ...leading] = this.otherBinlog;
      return spawn(file, [...leading, ...args], { env: programEnvironment(this.folder), ...options });
    }
    // The docker program, since one command's output must stream into the next one's input.
    const container = this.container?.getId() ?? '(not running)';
    const command = ['exec', '--interactive', container, this.programName(program), '--no-defaults', ...args];
    return spawn('docker', command, options);
  }

  private programName(program: ClientProgram): string {
    const names =
      identity(this.id).flavour === 'mariadb'
        ? { client: 'mariadb', binlog: 'mariadb-binlog', dump: 'mariadb-dump' }
        : { client: 'mysql', binlog: 'mysqlbinlog', dump: 'mysqldump' };
    return names[program];
  }

  /** Official MySQL images come without mysqlbinlog; MySQL's newest one on this machine stands in for it. */
  private async findBinlogProgram(): Promise<void> {
    if (this.otherBinlog !== undefined || identity(this.id).flavour === 'mariadb') return;
    const { code } = await finished(
      this.spawn('binlog', ['--version'], { stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    // 126 and 127 are docker's own answers for a program that is not there.
    if (code !== 126 && code !== 127) return;
    const newest = 'mysql-9.7';
    const { root } = await provisionServer(newest);
    this.otherBinlog = programs(newest, root).binlog;
  }
}
