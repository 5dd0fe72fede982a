import type { ChildProcess } from 'node:child_process';
import { type Finished, finished } from './process.ts';

/** Printed behind each answer; no answer to what tests look at has such a line. */
const END = '--end-of-answer--';

/**
 * One client session that stays open for what tests look at between their own statements: to start a client takes
 * longer than most of what it is asked, and stories look dozens of times.
 */
export class Observer {
  readonly #start: () => ChildProcess;
  #session: Session | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(start: () => ChildProcess) {
    this.#start = start;
  }

  /** Runs statements, each ended by a semicolon; answers what the client printed. One caller's turn after the other's. */
  ask(statements: string): Promise<string> {
    const answer = this.#last.then(() => {
      if (this.#session === undefined || this.#session.ended) this.#session = new Session(this.#start());
      return this.#session.ask(statements);
    });
    this.#last = answer.catch(() => {});
    return answer;
  }

  /** Ends the session, as the server's end would. */
  async close(): Promise<void> {
    await this.#last;
    await this.#session?.close();
    this.#session = undefined;
  }
}

class Session {
  ended = false;
  readonly #child: ChildProcess;
  readonly #finished: Promise<Finished>;

  constructor(child: ChildProcess) {
    this.#child = child;
    // A client that stops at an error closes its end; why it did is said by its exit code and stderr.
    child.stdin!.on('error', () => {});
    this.#finished = finished(child);
    void this.#finished.finally(() => {
      this.ended = true;
    });
  }

  async ask(statements: string): Promise<string> {
    const answer = this.#untilEnd();
    this.#child.stdin!.write(`${statements.trimEnd()}\nSELECT '${END}';\n`);
    const failure = this.#finished.then(({ code, stderr }): never => {
      throw new Error(`client ended with ${code}: ${stderr.trim()}`);
    });
    return await Promise.race([answer, failure]);
  }

  #untilEnd(): Promise<string> {
    const stdout = this.#child.stdout!;
    const chunks: Buffer[] = [];
    const last = Buffer.from(`${END}\n`);
    return new Promise((resolve) => {
      const take = (chunk: Buffer): void => {
        chunks.push(chunk);
        // The end may lie across two chunks.
        const tail = chunk.length < last.length ? Buffer.concat(chunks.slice(-last.length)) : chunk;
        if (!tail.subarray(-last.length).equals(last)) return;
        stdout.off('data', take);
        resolve(Buffer.concat(chunks).subarray(0, -last.length).toString());
      };
      stdout.on('data', take);
    });
  }

  async close(): Promise<void> {
    this.#child.stdin!.end();
    await this.#finished;
  }
}
