/**
 * A disk on which things go wrong: stands between the program and Node's file functions, and lets one call fail, answer
 * short, or something else happen just before it. Only files in one folder are concerned.
 *
 * Used from tests, and with `node --import` in front of the program itself (see program.ts), which is not touched.
 */
import { execSync } from 'node:child_process';
import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout } from 'node:timers/promises';

export const HANDLE_OPS = ['read', 'write', 'stat', 'sync', 'datasync', 'close'] as const;
export const PATH_OPS = ['open', 'link', 'rename', 'unlink', 'readdir', 'access'] as const;
export const SYNC_OPS = ['unlinkSync', 'renameSync'] as const;
export type Op = (typeof HANDLE_OPS)[number] | (typeof PATH_OPS)[number] | (typeof SYNC_OPS)[number];

/** What happens at call number `nth` (from 1) of an operation. */
export interface Fault {
  readonly op: Op;
  readonly nth: number;
  /** Only calls on files whose names match are counted. */
  readonly name?: string | undefined;
  /** The call fails with this code, and is not made. */
  readonly error?: string | undefined;
  /** So do all later ones. */
  readonly forever?: boolean | undefined;
  /** A read or write does this many bytes at most. */
  readonly short?: number | undefined;
  /** The call takes so many milliseconds longer. */
  readonly delay?: number | undefined;
  /** A command that is run just before the call; `$PPID` is the program. */
  readonly shell?: string | undefined;
}

type AnyFunction = (...args: unknown[]) => unknown;

/** What comes of a call. */
interface Met {
  readonly error?: Error;
  readonly short?: number | undefined;
  readonly delay?: number | undefined;
}

/** Counts calls, and meets them with a fault. */
export class Disk {
  readonly folder: string;
  readonly counts: Partial<Record<Op, number>> = {};
  #faults: readonly Fault[] = [];
  /** By fault: calls that it concerns so far. */
  #matching: number[] = [];
  readonly #paths = new WeakMap<object, string>();
  readonly #undo: (() => void)[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Begins to count anew. */
  expect(...faults: readonly Fault[]): void {
    this.#faults = faults;
    this.#matching = faults.map(() => 0);
    for (const op of Object.keys(this.counts)) delete this.counts[op as Op];
  }

  async install(): Promise<void> {
    const handle = await fs.promises.open(process.execPath);
    const prototype = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    for (const op of PATH_OPS) this.#patchPath(fs.promises, op);
    for (const op of SYNC_OPS) this.#patchPath(fs, op);
    for (const op of HANDLE_OPS) this.#patchHandle(prototype, op);
    syncBuiltinESMExports();
  }

  restore(): void {
    for (const undo of this.#undo) undo();
    syncBuiltinESMExports();
  }

  #replace(owner: object, op: Op, make: (original: AnyFunction) => AnyFunction): void {
    const target = owner as Record<Op, AnyFunction>;
    const original = target[op];
    target[op] = make(original);
    this.#undo.push(() => {
      target[op] = original;
    });
  }

  #patchPath(owner: object, op: Op): void {
    const isSync = op.endsWith('Sync');
    this.#replace(owner, op, (original) => (...args) => {
      const path = String(args[0]);
      if (!path.startsWith(this.folder)) return original(...args);
      const { error } = this.#meet(op, path);
      if (error !== undefined) {
        if (isSync) throw error;
        return Promise.reject(error);
      }
      if (op !== 'open') return original(...args);
      return (original(...args) as Promise<object>).then((handle) => {
        this.#paths.set(handle, path);
        return handle;
      });
    });
  }

  #patchHandle(prototype: object, op: Op): void {
    const disk = this;
    this.#replace(
      prototype,
      op,
      (original) =>
        function (this: object, ...args: unknown[]) {
          const path = disk.#paths.get(this);
          if (path === undefined) return original.apply(this, args);
          const { error, short, delay } = disk.#meet(op, path);
          // Even a close that fails closes.
          if (error !== undefined && op === 'close')
            return (original.apply(this, args) as Promise<void>).then(() => Promise.reject(error));
          if (error !== undefined) return Promise.reject(error);
          if (short !== undefined && typeof args[2] === 'number') args[2] = Math.min(args[2], short);
          if (delay !== undefined) return setTimeout(delay).then(() => original.apply(this, args));
          return original.apply(this, args);
        },
    );
  }

  #meet(op: Op, path: string): Met {
    this.counts[op] = (this.counts[op] ?? 0) + 1;
    let result: Met = {};
    for (const [i, fault] of this.#faults.entries()) {
      if (fault.op !== op || !new RegExp(fault.name ?? '').test(path)) continue;
      const call = ++this.#matching[i]!;
      if (call < fault.nth || (call > fault.nth && !fault.forever)) continue;
      // Inherited, standard output would be made blocking for both.
      if (fault.shell !== undefined) execSync(fault.shell, { stdio: 'ignore' });
      const error =
        fault.error && Object.assign(new Error(`${fault.error}: put on, ${op}`), { code: fault.error });
      result = { ...(error ? { error } : {}), short: fault.short, delay: fault.delay };
    }
    return result;
  }
}
