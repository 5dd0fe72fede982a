import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { rewrite } from '../../src/index.ts';
import { type RunningServer, type ServerId, startServer } from '../../test/servers/index.ts';
import { type Command, type Programs, programEnvironment, programs } from '../../test/servers/programs.ts';
import { provisionServer } from '../../test/servers/provision/server.ts';
import { NUMBERS, type ReplayCase } from './cases.ts';
import { grouped } from './grouped.ts';
import { type Replayed, replay } from './pipeline.ts';

/** How the rows of an undo are packed. */
export interface Packing {
  readonly name: string;
  readonly eventSize: number;
  /** Bytes of events in one statement; left out, each event is its own. */
  readonly statementSize?: number;
}

/** A server on which changes are undone and made again. */
export class Stage {
  readonly server: RunningServer;
  readonly #programs: Programs;
  readonly #folder: string;
  readonly #pid: number;
  #case: ReplayCase | undefined;
  #before = '';
  #after = '';

  private constructor(server: RunningServer, programs: Programs, folder: string, pid: number) {
    this.server = server;
    this.#programs = programs;
    this.#folder = folder;
    this.#pid = pid;
  }

  /** The server has its default settings, but takes statements of any size. */
  static async open(id: ServerId, args: readonly string[] = []): Promise<Stage> {
    const { root } = await provisionServer(id);
    const server = await startServer(id, { args: ['--max-allowed-packet=1G', ...args] });
    const home = dirname(server.binlogFolder);
    const folder = await mkdtemp(join(home, 'replay-'));
    const pid = Number(await readFile(join(home, 'server.pid'), 'utf8'));
    await server.sql(NUMBERS);
    return new Stage(server, programs(id, root), folder, pid);
  }

  /** Makes the case's change and the undo of it in each packing. Afterwards the change is made. */
  async prepare(replayCase: ReplayCase, packings: readonly Packing[]): Promise<void> {
    const { server } = this;
    this.#case = replayCase;
    await server.sql(`SET sql_log_bin = 0; ${replayCase.define} ${replayCase.fill}`);
    this.#before = await this.#state();
    await server.closeBinlog();
    await server.sql(replayCase.change);
    await copyFile(await server.closeBinlog(), this.#source);
    this.#after = await this.#state();
    for (const packing of packings) {
      const { eventSize: maxEventSize, statementSize } = packing;
      const output = this.#undo(packing);
      await rewrite({
        inputs: [this.#source],
        output,
        maxEventSize,
        force: true,
      });
      if (statementSize !== undefined)
        await writeFile(output, grouped(await readFile(output), statementSize));
    }
  }

  /** Replays an undo, having made the change again where it was undone already. */
  async undo(packing: Packing, session: Session = {}): Promise<Replayed> {
    if ((await this.#state()) !== this.#after) {
      await this.server.sql(`SET sql_log_bin = 0; ${this.#case!.again ?? this.#case!.change}`);
    }
    return this.#replay(this.#undo(packing), session, this.#before);
  }

  /** Replays the source, after an undo. */
  async forward(): Promise<Replayed> {
    // A server passes over transactions whose GTIDs it has seen.
    const binlogOptions = this.server.flavour === 'mysql' ? ['--skip-gtids'] : [];
    return this.#replay(this.#source, { binlogOptions }, this.#after);
  }

  /** Removes the binary logs that replays have written. */
  async purge(): Promise<void> {
    const { file } = await this.server.position();
    await this.server.look(`PURGE BINARY LOGS TO '${file}';`);
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    await this.server.stop();
  }

  get #source(): string {
    return join(this.#folder, 'source.binlog');
  }

  #undo({ name }: Packing): string {
    return join(this.#folder, `${name.replaceAll(/\W+/g, '-')}.undo`);
  }

  async #state(): Promise<string> {
    return this.server.look('CHECKSUM TABLE bench.t; SELECT COUNT(*) FROM bench.t;');
  }

  async #replay(file: string, session: Session, expected: string): Promise<Replayed> {
    const home = dirname(this.server.binlogFolder);
    const client: Command = [
      ...this.#programs.client,
      '--user=root',
      '--protocol=socket',
      `--socket=${join(home, 'server.sock')}`,
      ...(this.server.flavour === 'mariadb' ? ['--skip-ssl'] : []),
      '--max-allowed-packet=1G',
      '--binary-mode',
      ...(session.init === undefined ? [] : [`--init-command=${session.init}`]),
    ];
    const binlog: Command = [...this.#programs.binlog, ...(session.binlogOptions ?? []), file];
    const result = await replay(binlog, client, programEnvironment(home), this.#pid);
    const state = await this.#state();
    if (state !== expected) throw new Error(`${file} led to ${state}, not to ${expected}`);
    return result;
  }
}

/** What a user may give the two programs. */
export interface Session {
  /** SQL that the client runs first. */
  readonly init?: string;
  readonly binlogOptions?: readonly string[];
}
