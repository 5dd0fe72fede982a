import { Waits } from '../io/waits.ts';

/** Takes one line of what a run decided and of where its time went. Rows and what is in them are never in it. */
export type OnDebug = (line: string) => void;

/** A part of a run, timed for those who want to know where the time went. */
export class Phase {
  /** Whoever waits for the disk in this phase adds to it. */
  readonly waits: Waits = new Waits();
  readonly #name: string;
  readonly #onDebug: OnDebug | undefined;
  readonly #begun = performance.now();
  readonly #processor: NodeJS.CpuUsage = process.cpuUsage();

  constructor(name: string, onDebug: OnDebug | undefined) {
    this.#name = name;
    this.#onDebug = onDebug;
  }

  /** Tells what it took for so many bytes (0: not a matter of bytes); `details` are only asked for where someone listens. */
  end(bytes: number, details: () => readonly string[] = () => []): void {
    if (this.#onDebug === undefined) return;
    const seconds = (performance.now() - this.#begun) / 1000;
    const { user, system } = process.cpuUsage(this.#processor);
    const parts = [
      `${this.#name}: ${seconds.toFixed(3)} s`,
      `processor ${((user + system) / 1e6).toFixed(3)} s`,
    ];
    if (bytes > 0) parts.push(`${mebibytes(bytes)}, ${mebibytes(bytes / seconds)}/s`);
    const { reads, writes } = this.waits;
    if (reads > 0) parts.push(`waited for reads ${(reads / 1000).toFixed(3)} s`);
    if (writes > 0) parts.push(`waited for writes ${(writes / 1000).toFixed(3)} s`);
    parts.push(`memory ${mebibytes(process.memoryUsage.rss())}`);
    this.#onDebug(parts.join(', '));
    for (const detail of details()) this.#onDebug(`  ${detail}`);
  }
}

/** In one unit, whatever the size, so that lines can be compared. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
