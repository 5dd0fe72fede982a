import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunningServer } from '../../servers/index.ts';
import { finished } from '../../servers/process.ts';

const TSX = fileURLToPath(import.meta.resolve('tsx'));
const SHIM = fileURLToPath(new URL('../../cli/shim.ts', import.meta.url));
const BUILT = fileURLToPath(new URL('../../../bin/binflash.js', import.meta.url));

/** One command, and what came of it. */
export interface Step {
  readonly command: string;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/**
 * What the person on call has: a shell in a folder with copies of the binary logs, `binflash`, and the server. Commands
 * are run as they are typed or copied, by a real shell.
 *
 * The sources are run; with BINFLASH_DRILL_RECORD=folder, the built program is, and a transcript is left there.
 */
export class Terminal {
  readonly steps: Step[] = [];
  readonly #folder: string;
  readonly #server: RunningServer;
  readonly #programs: string;

  private constructor(folder: string, server: RunningServer) {
    this.#folder = folder;
    this.#server = server;
    this.#programs = `${folder}.bin`;
  }

  static async open(folder: string, server: RunningServer): Promise<Terminal> {
    const terminal = new Terminal(folder, server);
    await mkdir(terminal.#programs);
    const program = recordFolder() === undefined ? `--import '${TSX}' '${SHIM}'` : `'${BUILT}'`;
    const script = `#!/bin/sh\nexec '${process.execPath}' ${program} "$@"\n`;
    await writeFile(join(terminal.#programs, 'binflash'), script, { mode: 0o755 });
    return terminal;
  }

  /** Leaves a file in the folder. */
  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.#folder, name), text);
  }

  /** Runs a command line. */
  async run(command: string): Promise<Step> {
    const env = { ...process.env, PATH: `${this.#programs}:${process.env.PATH}`, NO_COLOR: '1' };
    const begun = performance.now();
    const child = spawn('sh', ['-c', command], {
      cwd: this.#folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { code, stdout, stderr } = await finished(child);
    return this.#keep({ command, code, stdout: stdout.toString(), stderr }, begun);
  }

  /** Runs a replay command as `rewrite` prints it, with the programs of the server in hand. */
  async replay(command: string): Promise<Step> {
    const [, file] = /^(?:mysqlbinlog|mariadb-binlog) (\S+) \| (?:mysql|mariadb) --binary-mode$/.exec(
      command,
    )!;
    const begun = performance.now();
    const stderr = await this.#server.replay([join(this.#folder, file!)]).then(
      (said) => ({ code: 0, stderr: said }),
      (error: Error) => ({ code: 1, stderr: error.message }),
    );
    return this.#keep({ command, stdout: '', ...stderr }, begun);
  }

  /** Leaves the transcript of all steps, if one is asked for. */
  async record(name: string): Promise<void> {
    const folder = recordFolder();
    if (folder === undefined) return;
    const steps = this.steps.map(
      ({ command, stdout, stderr, seconds }) => `$ ${command}\n${stdout}${stderr}(${seconds.toFixed(2)} s)\n`,
    );
    const total = this.steps.reduce((sum, { seconds }) => sum + seconds, 0);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${name}.txt`), `${steps.join('\n')}\nall: ${total.toFixed(2)} s\n`);
  }

  #keep(step: Omit<Step, 'seconds'>, begun: number): Step {
    const kept = { ...step, seconds: (performance.now() - begun) / 1000 };
    this.steps.push(kept);
    return kept;
  }
}

function recordFolder(): string | undefined {
  return process.env.BINFLASH_DRILL_RECORD;
}
