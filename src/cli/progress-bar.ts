import type { Progress } from '../read/binlogs.ts';
import { formatBytes } from '../wire/format-bytes.ts';
import { type Arguments, flagOf } from './arguments.ts';
import { asksForDebug } from './debug-log.ts';
import { knowsEscapes } from './terminal.ts';

/** A progress bar on a terminal, for what takes longer than a second. */
export interface ProgressBar {
  update(progress: Progress): void;
  stop(): void;
}

const BAR_AFTER = 1000;
const WIDEST_BAR = 40;
const NARROWEST_BAR = 10;

/** Times in milliseconds; the rate is that of the last ones, for disks are fast as long as memory takes it all. */
const SAMPLE_EVERY = 1000;
const SAMPLES = 15;

/**
 * The bar, where the terminal and the user (`--quiet`, `--no-progress`) want one; lines of `--log-level debug` would be
 * written over it. `wanted` is what the command says.
 */
export async function progressBar(args: Arguments, wanted = true): Promise<ProgressBar> {
  const isAsked = flagOf(args, 'progress') && !flagOf(args, 'quiet') && !asksForDebug(args);
  if (!wanted || !isAsked || !knowsEscapes(process.stderr)) return { update: () => {}, stop: () => {} };
  const { SingleBar } = await import('cli-progress');
  const begun = Date.now();
  const rate = new Rate();
  let now: Progress = { phase: 'scan', done: 0, total: 0 };
  const bar = new SingleBar({
    // Asked for each time that the bar is drawn: the terminal may have been resized.
    format: () => barLine(now, rate.perSecond(now.done), process.stderr.columns || 80),
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  let isShown = false;
  return {
    update(progress) {
      if (progress.phase !== now.phase) rate.restart();
      now = progress;
      rate.add(progress.done);
      if (isShown) bar.update(progress.done);
      else if (Date.now() - begun >= BAR_AFTER) {
        isShown = true;
        bar.start(progress.total, progress.done);
      }
    },
    stop() {
      bar.stop();
    },
  };
}

/** Bytes a second, of late. */
class Rate {
  #samples: { readonly time: number; readonly done: number }[] = [{ time: Date.now(), done: 0 }];

  restart(): void {
    this.#samples = [{ time: Date.now(), done: 0 }];
  }

  add(done: number): void {
    const time = Date.now();
    if (time - this.#samples.at(-1)!.time < SAMPLE_EVERY) return;
    this.#samples.push({ time, done });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  perSecond(done: number): number {
    const first = this.#samples[0]!;
    return (done - first.done) / Math.max(0.001, (Date.now() - first.time) / 1000);
  }
}

/**
 * The bar's line, shorter than the terminal is wide: where that is narrow the least important is left out. The time
 * left is that of the phase: what follows a scan depends on what it finds.
 */
export function barLine({ phase, done, total }: Progress, perSecond: number, columns: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const all = formatBytes(total);
  const left = perSecond > 0 ? `${formatTime((total - done) / perSecond)} left` : '';
  // As wide as they get, so that nothing jumps.
  const parts = [phase.padEnd(6), `${Math.floor(share * 100)}%`.padStart(4), left.padStart(12)];
  const room = columns - 1;
  const roomBeside = (some: readonly string[]): number => room - some.join('  ').length - 2;
  const further = [
    `${formatBytes(Math.round(perSecond))}/s`.padStart(12),
    `${formatBytes(done)} of ${all}`.padStart(14 + all.length),
  ];
  for (const part of further) if (roomBeside([...parts, part]) >= NARROWEST_BAR) parts.push(part);
  const width = Math.min(WIDEST_BAR, roomBeside(parts));
  if (width >= NARROWEST_BAR) {
    const full = Math.round(share * width);
    parts.splice(1, 0, `${'█'.repeat(full)}${'░'.repeat(width - full)}`);
  }
  return parts.join('  ').slice(0, Math.max(0, room));
}

/** As a clock has it: `0:07`, `1:02:30`. */
function formatTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (number: number): string => String(number).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const head = hours > 0 ? `${hours}:${two(minutes)}` : `${minutes}`;
  return `${head}:${two(whole % 60)}`;
}
