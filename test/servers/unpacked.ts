import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Backend,
  type ClientProgram,
  commonOptions,
  dataFolder,
  errorLogFile,
  temporaryFolder,
} from './backend.ts';
import { freePort } from './port.ts';
import { onProcessEnd, run } from './process.ts';
import { type Programs, programEnvironment, programs } from './programs.ts';
import { provisionServer } from './provision/server.ts';

const shutDownSeconds = 60;

/** A server whose programs were unpacked into the cache, running as a child process. */
export class UnpackedBackend implements Backend {
  readonly folder: string;
  readonly port: number;
  private readonly programs: Programs;
  private readonly options: readonly string[];
  private child: ChildProcess | undefined;
  private readonly forget: () => void;

  private constructor(id: string, root: string, folder: string, port: number, program?: string) {
    this.folder = folder;
    this.port = port;
    this.programs = programs(id, root, program);
    this.options = commonOptions(folder, port);
    this.forget = onProcessEnd(() => {
      this.child?.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /** A server with a data folder of its own, not yet started. */
  static async create(id: string, program?: string): Promise<UnpackedBackend> {
    const { root, template } = await provisionServer(id);
    const folder = await mkdtemp(join(tmpdir(), `binflash-${id}-`));
    await mkdir(temporaryFolder(folder));
    await run('cp', ['--archive', '--sparse=auto', '--reflink=auto', template, dataFolder(folder)]);
    return new UnpackedBackend(id, root, folder, await freePort(), program);
  }

  async start(args: readonly string[]): Promise<void> {
    const [program, ...leading] = this.programs.server;
    // What the server says before it has opened its error log belongs there as well.
    const log = await open(errorLogFile(this.folder), 'a');
    try {
      // The kernel ends the server with the test process even when that is killed and can clean up nothing.
      const command = ['--pdeathsig', 'KILL', program, ...leading, ...this.options, ...args];
      this.child = spawn('setpriv', command, {
        cwd: this.folder,
        env: programEnvironment(this.folder),
        stdio: ['ignore', log.fd, log.fd],
      });
      const child = this.child;
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
    } finally {
      await log.close();
    }
  }

  async hasEnded(): Promise<boolean> {
    return this.child === undefined || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async shutDown(): Promise<void> {
    const child = this.child;
    if (child === undefined || (await this.hasEnded())) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), shutDownSeconds * 1000);
    await ended;
    clearTimeout(timer);
    this.child = undefined;
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || (await this.hasEnded())) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGKILL');
    await ended;
    this.child = undefined;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    this.forget();
  }

  spawn(program: ClientProgram, args: readonly string[], options: SpawnOptions): ChildProcess {
    const [file, ...leading] = this.programs[program];
    return spawn(file, [...leading, ...args], { env: programEnvironment(this.folder), ...options });
  }
}
