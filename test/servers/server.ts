import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Backend, dataFolder, errorLogFile, socketFile } from './backend.ts';
import { type Identity, identity } from './identity.ts';
import { Observer } from './observer.ts';
import { isListening } from './port.ts';
import { delay, type Finished, feed, finished } from './process.ts';
import type { RunningServer, ServerId, StartOptions } from './types.ts';
import { hasNewWords } from './version.ts';

const startSeconds = 180;

/** A running server on any backend. */
export class Server implements RunningServer {
  readonly id: ServerId;
  readonly flavour: 'mysql' | 'mariadb';
  readonly binlogFolder: string;
  version = '';
  private readonly identity: Identity;
  private readonly backend: Backend;
  private readonly connection: string[];
  private readonly clientOptions: readonly string[];
  private readonly observer: Observer;
  private args: readonly string[];

  private constructor(id: ServerId, backend: Backend, args: readonly string[]) {
    this.id = id;
    this.identity = identity(id);
    this.flavour = this.identity.flavour;
    this.backend = backend;
    this.args = args;
    this.binlogFolder = dataFolder(backend.folder);
    const { clientInit } = this.identity;
    this.connection = ['--user=root', '--protocol=socket', `--socket=${socketFile(backend.folder)}`];
    // Newer MariaDB encrypts even what goes through a socket.
    if (this.flavour === 'mariadb') this.connection.push('--skip-ssl');
    this.clientOptions = [
      ...this.connection,
      // What the server takes is the server's own setting; the client must not be the one that refuses.
      '--max-allowed-packet=1G',
      '--default-character-set=utf8mb4',
      '--binary-mode',
      ...(clientInit === undefined ? [] : [`--init-command=${clientInit}`]),
    ];
    this.observer = new Observer(() =>
      backend.spawn('client', [...this.clientOptions, '--batch', '--skip-column-names', '--unbuffered'], {
        stdio: 'pipe',
      }),
    );
  }

  get port(): number {
    return this.backend.port;
  }

  /** Starts a server on a backend made for it; leaves nothing behind when that fails. */
  static async start(id: ServerId, backend: Backend, args: readonly string[]): Promise<Server> {
    const server = new Server(id, backend, args);
    try {
      await server.boot();
      await server.beginBinlogs();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  async sql(statements: string | Uint8Array, database?: string): Promise<string> {
    return this.print(['--batch', '--skip-column-names'], statements, database);
  }

  async look(statements: string): Promise<string> {
    return this.observer.ask(statements).catch((error: Error) => {
      throw new Error(`${this.id}: ${error.message}`);
    });
  }

  async print(
    options: readonly string[],
    statements: string | Uint8Array,
    database?: string,
  ): Promise<string> {
    const { code, stdout, stderr } = await this.client(
      [...options, ...(database ? [database] : [])],
      statements,
    );
    if (code !== 0) throw new Error(`${this.id}: client ended with ${code}: ${stderr.trim()}`);
    return stdout.toString();
  }

  async pipe(
    options: readonly string[],
    statements: AsyncIterable<string | Uint8Array>,
  ): Promise<{ stdout: string; stderr: string }> {
    const args = [...this.connection, '--batch', '--skip-column-names', ...options];
    const child = this.backend.spawn('client', args, { stdio: 'pipe' });
    // A client that stops at an error closes its end; that it did, and why, is said by its exit code and stderr.
    const fed = pipeline(Readable.from(statements), child.stdin!).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
    const [{ code, stdout, stderr }] = await Promise.all([finished(child), fed]);
    if (code !== 0) throw new Error(`${this.id}: client ended with ${code}: ${stderr.trim()}`);
    return { stdout: stdout.toString(), stderr };
  }

  async dump(args: readonly string[]): Promise<Buffer> {
    const child = this.backend.spawn('dump', [...this.connection, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { code, stdout, stderr } = await finished(child);
    if (code !== 0) throw new Error(`${this.id}: dump ended with ${code}: ${stderr.trim()}`);
    return stdout;
  }

  async binlogs(): Promise<string[]> {
    return rows(await this.look('SHOW BINARY LOGS;')).map(([name]) => join(this.binlogFolder, name!));
  }

  async closeBinlog(): Promise<string> {
    const { file } = await this.position();
    await this.look('FLUSH BINARY LOGS;');
    return join(this.binlogFolder, file);
  }

  async position(): Promise<{ file: string; position: number }> {
    const log = hasNewWords(this) ? 'BINARY LOG' : 'MASTER';
    const [file, position] = rows(await this.look(`SHOW ${log} STATUS;`))[0] ?? [];
    if (file === undefined) throw new Error(`${this.id} writes no binary log`);
    return { file, position: Number(position) };
  }

  mysqlbinlog(args: readonly string[]): Promise<Finished> {
    return finished(this.backend.spawn('binlog', args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  async replay(files: readonly string[], input?: Uint8Array): Promise<string> {
    const binlog = this.backend.spawn('binlog', files, { stdio: 'pipe' });
    feed(binlog, input);
    const output = binlog.stdout as Readable;
    const client = this.backend.spawn('client', this.clientOptions, { stdio: [output, 'pipe', 'pipe'] });
    // The client has the pipe's end now; kept open here, it would hide from mysqlbinlog that the client died.
    output.destroy();
    const [reading, applying] = await Promise.all([finished(binlog), finished(client)]);
    const said = reading.stderr + applying.stderr;
    if (reading.code !== 0 || applying.code !== 0) {
      const codes = `mysqlbinlog ended with ${reading.code}, client with ${applying.code}`;
      throw new Error(`${this.id}: replay failed: ${codes}\n${said.trim()}`);
    }
    return said;
  }

  errorLog(): Promise<string> {
    return readFile(errorLogFile(this.backend.folder), 'utf8');
  }

  async kill(): Promise<void> {
    await this.backend.kill();
    await this.observer.close();
  }

  async restart(options: StartOptions = {}): Promise<void> {
    this.args = options.args ?? this.args;
    await this.shutDown();
    await this.boot();
  }

  /** Its data go with it, so there is nothing to shut down in order: that takes MySQL longer than to start. */
  async stop(): Promise<void> {
    await this.kill();
    await this.backend.remove();
  }

  private async shutDown(): Promise<void> {
    await this.observer.close();
    await this.backend.shutDown();
  }

  private async boot(): Promise<void> {
    await this.backend.start(this.args);
    this.version = await this.answeredVersion();
    if (!this.version.startsWith(this.identity.versionPrefix)) {
      throw new Error(`${this.id} is of version ${this.version}, not ${this.identity.versionPrefix}x`);
    }
  }

  /** Tests begin with the first binary log, whatever was logged while the data folder was made. */
  private async beginBinlogs(): Promise<void> {
    const logs = (await this.sql('SELECT @@log_bin')).trim() === '1' ? await this.binlogs() : [];
    if (logs.length > 1) await this.sql(hasNewWords(this) ? 'RESET BINARY LOGS AND GTIDS' : 'RESET MASTER');
  }

  /** Waits until the server answers. */
  private async answeredVersion(): Promise<string> {
    const deadline = Date.now() + startSeconds * 1000;
    let refusal = 'it does not listen';
    while (Date.now() < deadline) {
      if (await this.backend.hasEnded())
        throw new Error(`${this.id} ended while starting\n${await this.lastWords()}`);
      if (await isListening(this.port)) {
        const { code, stdout, stderr } = await this.client(
          ['--batch', '--skip-column-names'],
          'SELECT VERSION()',
        );
        if (code === 0) return stdout.toString().trim();
        refusal = stderr.trim();
      }
      await delay(50);
    }
    throw new Error(
      `${this.id} does not answer after ${startSeconds} s: ${refusal}\n${await this.lastWords()}`,
    );
  }

  private async lastWords(): Promise<string> {
    return (await this.errorLog().catch(() => '(no error log)')).slice(-4000);
  }

  private client(args: readonly string[], input: string | Uint8Array): Promise<Finished> {
    const child = this.backend.spawn('client', [...this.clientOptions, ...args], { stdio: 'pipe' });
    feed(child, input);
    return finished(child);
  }
}

/** The client's tab-separated answer as rows of fields. */
function rows(answer: string): string[][] {
  return answer
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}
