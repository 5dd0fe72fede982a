/** From the end of a workload back to its beginning, from point to point. */
import { basename } from 'node:path';
import { expect } from 'vitest';
import {
  BinflashError,
  type ChecksumAlgorithm,
  inspect,
  RefusedError,
  type Selection,
} from '../../../src/index.ts';
import { type Fingerprint, type UndoOptions, undo } from '../support.ts';
import type { ConnectedServer } from './connected.ts';
import { gtidsBetween } from './gtids.ts';
import type { Random } from './random.ts';
import { differences, mixed, stateOf } from './states.ts';
import type { Help, Step, Undone } from './step.ts';
import { hasLargeColumns } from './tables.ts';
import { count, type Tally } from './tally.ts';
import { DATABASE, type Part, type Workload } from './workload.ts';

/** What may be left out because it never took effect, by what it is refused for. */
const skips = [
  ['rolled-back', 'ROLLED_BACK'],
  ['prepared', 'UNFINISHED'],
] as const;

export class WayBack {
  readonly #server: ConnectedServer;
  readonly #workload: Workload;
  readonly #random: Random;
  readonly #tally: Tally;
  readonly #further: ((undone: Undone) => Promise<void>) | undefined;
  /** Tables whose old values are not in the log: from there on back nothing is known of them. */
  readonly #lost: string[] = [];

  /** `further` is done after each undo, and must leave the rows as it finds them; if left out, some undos are undone. */
  constructor(
    server: ConnectedServer,
    workload: Workload,
    random: Random,
    tally: Tally,
    further?: (undone: Undone) => Promise<void>,
  ) {
    this.#further = further;
    this.#server = server;
    this.#workload = workload;
    this.#random = random;
    this.#tally = tally;
  }

  /** Goes back to the beginning, without the tables for which a refusal was right, or until nothing helps. */
  async go(): Promise<void> {
    const { points } = this.#workload;
    const { files } = await inspect(await this.#filesBetween(points[0]!.file, points.at(-1)!.file));
    for (const { events } of files) {
      for (const [type, number] of Object.entries(events)) count(this.#tally.events, type, number);
    }
    let at = points.length - 1;
    while (at > 0) {
      const target = this.#random.chance(35) ? 0 : this.#random.below(at);
      if (!(await this.#goBack(await this.#step(at, target)))) return;
      at = target;
    }
  }

  /** Undoes what was done between two points, if it can be. */
  async #goBack(step: Step): Promise<boolean> {
    const { what, later, earlier, inputs, select } = step;
    if (later.file === earlier.file && later.position === earlier.position) {
      // Nothing was logged in between, and no range of positions means nothing.
      await this.#expectState(earlier.state, what);
      return true;
    }
    const begun = basename(await this.#server.closeBinlog());
    const { refusal, nothing, help } = await this.#tryUndo(step);
    if (refusal !== undefined) {
      const helps = refusal.refusals.every(({ table }) => table !== undefined);
      if (helps) await this.#goBackPartly(step, refusal, help);
      return helps;
    }
    await this.#expectState(earlier.state, what);
    if (nothing) return true;
    this.#tally.undone++;
    if (this.#further !== undefined) {
      await this.#further(this.#undone(step, step.select, earlier.state, help));
      return true;
    }
    if (!this.#random.chance(35)) return true;
    const undone = basename(await this.#server.closeBinlog());
    await this.#undo(await this.#filesAfter(begun, undone), {});
    await this.#expectState(later.state, `the undo of ${what}`);
    this.#tally.redone++;
    const redone = basename(await this.#server.closeBinlog());
    // Back once more: from the log of that, or from the first one's again, at times table by table.
    if (this.#random.chance(40)) await this.#undo(await this.#filesAfter(undone, redone), {});
    else if (this.#random.chance(50)) await this.#undo(inputs, select, help);
    else await this.#undoInTwo(step, help);
    await this.#expectState(earlier.state, `once more ${what}`);
    this.#tally.undone++;
    return true;
  }

  /** The undo, with what a refusal that is right asks for; answers the refusal for which there is no help. */
  async #tryUndo(step: Step): Promise<{ nothing?: true; refusal?: RefusedError; help: Help }> {
    const { what, inputs, select } = step;
    let help: Help = {};
    for (;;) {
      const error = await this.#undo(inputs, select, help).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error === undefined) return { help };
      if (!(error instanceof BinflashError)) {
        throw new Error(`${what} cannot be replayed: ${(error as Error).message}`);
      }
      if (error.code === 'NO_MATCH') return { nothing: true, help };
      if (!(error instanceof RefusedError)) throw error;
      this.#expectRight(step, error);
      const more = this.#helpFor(error, help);
      if (more === undefined) {
        this.#tally.refused++;
        return { refusal: error, help };
      }
      help = { ...help, ...more };
    }
  }

  /** Every reason of a refusal must be one that the workload has given. */
  #expectRight({ what, later, parts }: Step, { refusals }: RefusedError): void {
    const images = imagesOf(parts);
    const { mayRollBack, dialect } = this.#workload;
    const again = dialect.mariadb && mayRollBack && parts.some((part) => part.usesSavepointAgain);
    for (const { code, message, file, offset, table } of refusals) {
      const right =
        (code === 'ROW_IMAGE' && this.#mayLackValues(table!, images)) ||
        (code === 'ROLLED_BACK' && (message.includes('ROLLBACK TO') ? again : mayRollBack)) ||
        (code === 'UNFINISHED' && later.pending);
      expect(right, `${what} is refused (${code}) at ${file}:${offset} ${table}: ${message}`).toBe(true);
    }
  }

  /** What a user would try next, once. */
  #helpFor({ refusals }: RefusedError, tried: Help): Help | undefined {
    const skip = skips
      .filter(([, code]) => refusals.some((refusal) => refusal.code === code))
      .map(([word]) => word);
    if (skip.some((word) => !tried.skip?.includes(word))) {
      this.#tally.skipped++;
      return { skip: [...skip, ...(tried.skip ?? [])] };
    }
    if (tried.primaryKeys !== undefined) return undefined;
    const tables = new Set(refusals.map(({ table }) => table));
    const primaryKeys = [...tables].flatMap((path) => {
      const key = path === undefined ? [] : (this.#workload.table(path)?.primaryKey ?? []);
      return key.length === 0 ? [] : [`${path}=${key.map((number) => `@${number}`).join(',')}`];
    });
    if (primaryKeys.length === 0) return undefined;
    this.#tally.keyed++;
    return { primaryKeys };
  }

  /** May old values of the table be missing? NOBLOB leaves out large columns only. */
  #mayLackValues(path: string, images: ReadonlySet<string>): boolean {
    if (images.has('MINIMAL')) return true;
    const table = this.#workload.table(path);
    return images.has('NOBLOB') && table !== undefined && hasLargeColumns(table);
  }

  /** Undoes some tables and then the others: what is left out must stay, whatever stands beside it in the log. */
  async #undoInTwo({ what, later, earlier, inputs, select }: Step, help: Help): Promise<void> {
    const { related } = this.#workload;
    const lost = this.#lost;
    const alone = Object.keys(later.state).filter((table) => ![...related, ...lost].includes(table));
    const some = alone.filter(() => this.#random.chance(50));
    if (this.#random.chance(50) && !related.some((table) => lost.includes(table))) some.push(...related);
    if (some.length > 0) {
      await this.#undoMatching(inputs, { ...select, tables: some }, help);
      await this.#expectState(mixed(earlier.state, later.state, some), `${what}, only ${some.join(', ')}`);
    }
    await this.#undoMatching(
      inputs,
      some.length > 0 ? { ...select, excludeTables: [...lost, ...some] } : select,
      help,
    );
  }

  /** The undo, unless there is nothing to undo. */
  async #undoMatching(inputs: readonly string[], select: Selection, help: Help): Promise<void> {
    try {
      await this.#undo(inputs, select, help);
    } catch (error) {
      if (!(error instanceof BinflashError && error.code === 'NO_MATCH')) throw error;
    }
  }

  /** The tables that a refusal does not name can be undone, but for those that refer to them. */
  async #goBackPartly(step: Step, { refusals }: RefusedError, help: Help): Promise<void> {
    const { what, later, earlier, inputs, select } = step;
    const named = new Set(refusals.map(({ table }) => table!));
    const { related } = this.#workload;
    if (related.some((table) => named.has(table))) for (const table of related) named.add(table);
    const excludeTables = [...this.#lost, ...named];
    const without = { ...select, excludeTables };
    await this.#undoMatching(inputs, without, help);
    const state = mixed(later.state, earlier.state, [...named]);
    await this.#expectState(state, `${what} without ${[...named].join(', ')}`);
    this.#lost.push(...named);
    this.#tally.partly++;
    await this.#further?.(this.#undone(step, without, state, help));
  }

  async #expectState(state: Fingerprint, what: string): Promise<void> {
    const now = await stateOf(this.#server, DATABASE);
    const differing = differences(this.#withoutLost(now), this.#withoutLost(state));
    if (differing !== '') throw new Error(`${what} does not lead to the state of that time:\n${differing}`);
  }

  async #undo(inputs: readonly string[], select: Selection, help: Help = {}): Promise<void> {
    const files = this.#random.chance(50) ? inputs : inputs.toReversed();
    const bySql = { left: 'sql-cycle.ts has rounds of its own' };
    await undo(this.#server, files, select, { ...this.#formOptions(), ...help, bySql });
  }

  #undone({ what, later, inputs, parts }: Step, select: Selection, earlier: Fingerprint, help: Help): Undone {
    return {
      what,
      later: later.state,
      earlier,
      inputs,
      select,
      help,
      images: imagesOf(parts),
      expectState: (state, name) => this.#expectState(state, name),
    };
  }

  #withoutLost(state: Fingerprint): Fingerprint {
    return Object.fromEntries(Object.entries(state).filter(([table]) => !this.#lost.includes(table)));
  }

  /** Files and filters that mean what happened between two points, by position or by GTID. */
  async #step(from: number, to: number): Promise<Step> {
    const { points, dialect, hasGtids } = this.#workload;
    const [later, earlier] = [points[from]!, points[to]!];
    const positions = { startPosition: earlier.position, stopPosition: later.position };
    // The GTID of its rows would select a prepared transaction that was undone with its decision already.
    const gtids =
      hasGtids && !later.pending && this.#random.chance(25)
        ? gtidsBetween(earlier.gtids, later.gtids, dialect)
        : [];
    return {
      what: `the undo from point ${from} to point ${to}`,
      later,
      earlier,
      inputs: await this.#filesBetween(earlier.file, later.file),
      select: {
        ...(gtids.length > 0 ? { includeGtids: gtids } : positions),
        ...(this.#lost.length > 0 ? { excludeTables: this.#lost } : {}),
      },
      parts: this.#workload.parts.slice(to, from),
    };
  }

  /** Paths of the binary logs from one to another. */
  async #filesBetween(first: string, last: string): Promise<string[]> {
    const paths = await this.#server.binlogs();
    return paths.filter((path) => basename(path) >= first && basename(path) <= last);
  }

  async #filesAfter(previous: string, last: string): Promise<string[]> {
    return (await this.#filesBetween(previous, last)).slice(1);
  }

  /** Options that change the form of an undo and never what it does. */
  #formOptions(): UndoOptions {
    const random = this.#random;
    const { singleRows, dialect } = this.#workload;
    if (random.chance(40)) return singleRows ? { maxEventSize: 1 } : {};
    return {
      checksum: random.pick<ChecksumAlgorithm>(['crc32', 'none']),
      maxEventSize: singleRows ? 1 : random.pick([1, 1000, 20_000, 1 << 20]),
      maxFileSize: random.pick([undefined, 50_000, 1 << 20]),
      window: random.pick([64, 4096, 1 << 20, 4 << 20]),
      rowsVersion: dialect.mysql ? 2 : random.pick([1, 2]),
    };
  }
}

const imagesOf = (parts: readonly Part[]): Set<string> => new Set(parts.flatMap((part) => [...part.images]));
