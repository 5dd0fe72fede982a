import { eventTypeName } from '../binlog/event-types.ts';
import { tableName } from '../binlog/table-map.ts';
import type { Plan } from '../flashback/plan.ts';
import type { LoadedEvents } from '../read/loaded-events.ts';
import { Ending } from '../scan/transaction-table.ts';
import { AUTOMATIC, BEGIN, headerDifference, queryDifference, xidDifference } from './control-events.ts';
import { Due } from './due.ts';
import { undoFormatOf } from './format-event.ts';
import { LargeEvent } from './large-event.ts';
import { RowProver } from './row-prover.ts';
import { checkHead, mapDifference, versionOf } from './rows-head.ts';
import { RowsVersions } from './rows-versions.ts';
import { columnName } from './shape-form.ts';
import { SourceSide } from './source-side.ts';
import { statementLength } from './statement-size.ts';
import { STEP_TYPES, type Step } from './steps.ts';
import { type Proof, Tally } from './tally.ts';
import type { UndoReader } from './undo-reader.ts';
import { type Difference, type SourcePlace, VerifyError } from './verify-error.ts';

/**
 * Holds an undo against what must be undone: events of the source are handed over from the last to the first, and say
 * what must stand next. Nothing in the undo is passed over.
 */
export class Prover {
  readonly #plan: Plan;
  readonly #undo: UndoReader;
  readonly #maxEventSize: number;
  readonly #source: SourceSide;
  readonly #due: Due;
  readonly #rows = new RowProver();
  readonly #tally: Tally = new Tally();
  readonly #large: LargeEvent;
  readonly #versions: RowsVersions = new RowsVersions();
  readonly #takeAs: Record<Step, () => void> = {
    format: () => this.#format(),
    automatic: () => this.#automatic(),
    begin: () => this.#begin(),
    map: () => this.#map(),
    rows: () => this.#rowsEvent(),
    commit: () => this.#commit(),
  };
  /** Is a rows event of the undo in hand whose rows are not all proved? */
  #isOpen = false;
  #mapSize = 0;
  /** The table of the TABLE_MAP that was last. */
  #table: string | undefined;
  #rowsStart = 0;
  #partTransactions = 0;

  /** `maxEventSize`: most bytes of a rows event of more rows than one. */
  constructor(plan: Plan, undo: UndoReader, maxEventSize: number) {
    this.#plan = plan;
    this.#undo = undo;
    this.#maxEventSize = maxEventSize;
    this.#source = new SourceSide(plan);
    this.#due = new Due(plan, this.#source);
    this.#large = new LargeEvent(undo, this.#rows, this.#tally, (wrong) => this.#rowFault(wrong));
  }

  /** Takes rows event number `event` of the index, the last one that is not proved yet, in hand. */
  useSource(event: number, loaded: LoadedEvents): void {
    const source = this.#source;
    const before = source.transaction;
    const place = before < 0 ? undefined : source.place;
    source.use(event, loaded);
    const { form } = source;
    if (this.#isOpen && !source.continues) {
      throw this.#fault(
        'the end of the rows event, for here the rows end that may stand in one',
        'more rows',
        place,
      );
    }
    if (source.transaction !== before && before >= 0) {
      this.#due.step = 'commit';
      this.#tally.commit();
    }
    if (!source.sameGroup) this.#tally.group(form);
    if (form.missing.length > 0) {
      const names = form.missing.map((column) => columnName(form.shape.table, column)).join(', ');
      throw this.#fault(
        `no undo of rows whose old values of ${names} are not in the source`,
        'one',
        source.place,
      );
    }
    this.#rows.useSource(source.bytes, source.rows, form, source.count, source.chained, source.isSelected);
  }

  /** Goes on until the source event in hand is proved; false when more of the undo must be read first. */
  advance(): boolean {
    for (;;) {
      if (this.#large.isOpen && !this.#proveLarge()) return false;
      if (this.#isOpen) this.#proveRows();
      if (this.#rows.row < 0) return true;
      // An event that is not used up belongs to this source event's rows.
      if (!this.#undo.next()) return false;
      if (this.#undo.partly && !(this.#due.step === 'rows' && this.#large.isDue(this.#source)))
        this.#undo.putBack();
      else this.#take();
    }
  }

  /** Every source event is proved: the last COMMIT must follow; false when more of the undo must be read first. */
  finish(): boolean {
    if (this.#isOpen) throw this.#fault('the end of the rows event', 'more rows', this.#source.place);
    this.#due.step = 'commit';
    if (!this.#undo.next()) return false;
    this.#take();
    this.#tally.commit();
    return true;
  }

  /** Nothing may follow. */
  checkEnd(): void {
    const undo = this.#undo;
    if (!undo.atEnd) throw this.#excess(undo.nextOffset);
  }

  /** A part follows that should not be there. */
  get excess(): VerifyError {
    return this.#excess(0);
  }

  #excess(offset: number): VerifyError {
    const place = { file: this.#undo.name, offset };
    return new VerifyError(
      'the end of the undo, for all that is selected has been undone',
      'more',
      place,
      undefined,
    );
  }

  /** The undo ends before its time. */
  get cut(): VerifyError {
    const undo = this.#undo;
    const place = { file: undo.name, offset: undo.nextOffset };
    return new VerifyError(this.#due.expected, 'the end of the undo', place, this.#due.sourcePlace);
  }

  /** What was proved, once all is. */
  proof(): Proof {
    return this.#tally.proof(this.#undo.bytesBefore + this.#undo.nextOffset);
  }

  /** Where in the source the event in hand stands. */
  get sourcePlace(): SourcePlace {
    return this.#source.place;
  }

  /** Holds the undo event in hand against the step that is due. */
  #take(): void {
    const undo = this.#undo;
    if (undo.isFirst) this.#beginPart();
    if (!STEP_TYPES[this.#due.step].includes(undo.type)) throw this.#unexpected();
    this.#takeAs[this.#due.step]();
  }

  #beginPart(): void {
    const isDue = this.#due.step === 'format' || (this.#due.step === 'begin' && this.#partTransactions > 0);
    if (!isDue) throw this.#fault(this.#due.expected, 'the beginning of another part', this.#due.sourcePlace);
    this.#due.step = 'format';
    this.#partTransactions = 0;
  }

  #format(): void {
    const undo = this.#undo;
    const { format } = this.#plan.index.files.at(-1)!;
    const found = undoFormatOf(undo, format);
    if (found === undefined) throw this.#fault(this.#due.expected, 'another', undefined);
    undo.hasChecksums = found.checksums;
    this.#versions.inFormat(found);
    this.#due.step = found.hasGtidNext ? 'automatic' : 'begin';
  }

  #automatic(): void {
    const { timestamp, serverId } = this.#plan.index.files.at(-1)!.format;
    this.#check(queryDifference(this.#undo, AUTOMATIC, timestamp, serverId));
    this.#due.step = 'begin';
  }

  #begin(): void {
    const { beginTime, serverId } = this.#plan.index.transactions;
    const { transaction } = this.#source;
    this.#check(queryDifference(this.#undo, BEGIN, beginTime.get(transaction), serverId.get(transaction)));
    this.#due.transaction = transaction;
    this.#partTransactions++;
    this.#due.step = 'map';
  }

  #commit(): void {
    const { ending, xid, endTime, serverId } = this.#plan.index.transactions;
    const transaction = this.#due.transaction;
    const number = ending.get(transaction) === Ending.XID ? xid.get(transaction) : 0n;
    this.#check(xidDifference(this.#undo, number, endTime.get(transaction), serverId.get(transaction)));
    this.#due.step = 'begin';
  }

  #map(): void {
    const undo = this.#undo;
    const { form, head } = this.#source;
    this.#check(mapDifference(undo, head!.tableId, form.shape.table.body));
    this.#check(this.#headerDifference());
    this.#mapSize = undo.size;
    this.#table = tableName(form.shape.table);
    this.#due.step = 'rows';
  }

  #rowsEvent(): void {
    const undo = this.#undo;
    const { form, head } = this.#source;
    const version = versionOf(undo, form);
    if (version === undefined) throw this.#unexpected();
    this.#check(this.#headerDifference());
    const expected = this.#source.version;
    if (!this.#versions.take(version, expected)) {
      this.#check({ expected: `a rows event of version ${expected}`, found: `one of version ${version}` });
    }
    const start = checkHead(undo, version, head!, form);
    if (typeof start !== 'number') throw this.#differs(start);
    if (start === undo.end) throw this.#fault('rows', 'none', this.#source.place);
    this.#due.step = 'map';
    if (undo.partly) {
      this.#large.begin(start);
      return;
    }
    this.#rows.useUndo(undo.bytes, start, undo.end);
    this.#rowsStart = start;
    this.#isOpen = true;
  }

  #proveLarge(): boolean {
    if (!this.#large.advance()) return false;
    this.#endEvent(this.#undo.end);
    return true;
  }

  #proveRows(): void {
    const wrong = this.#rows.prove();
    if (wrong !== undefined) throw this.#rowFault(wrong);
    if (this.#rows.undoAt < this.#rows.undoEnd) return;
    this.#isOpen = false;
    const undo = this.#undo;
    const { eventRows } = this.#rows;
    if (eventRows > 1 && undo.size > this.#maxEventSize) {
      throw this.#fault(
        `at most ${this.#maxEventSize} bytes (--max-event-size)`,
        `${undo.size} with ${eventRows} rows`,
        this.#source.place,
      );
    }
    this.#endEvent(this.#rowsStart);
  }

  /** A rows event is proved, of which the tally does not know the rows from `start` on. */
  #endEvent(start: number): void {
    const { bytes, end, size } = this.#undo;
    this.#tally.event(bytes, start, end, this.#rows.eventRows, statementLength(this.#mapSize, size));
  }

  /** The row in hand is not turned back. */
  #rowFault(wrong: string): VerifyError {
    const { count, form, place } = this.#source;
    const row = `row ${this.#rows.row + 1} of ${count} of the source's ${form.shape.kind} turned back`;
    return this.#fault(row, wrong, place);
  }

  /** Events are stamped as the source's; packed ones may be as the first of them. */
  #headerDifference(): Difference | undefined {
    const { groupTime, timestamp, serverId } = this.#source;
    return headerDifference(
      this.#undo,
      this.#undo.timestamp === groupTime ? groupTime : timestamp,
      serverId,
      0,
    );
  }

  #typeName(): string {
    return eventTypeName(this.#undo.type, this.#plan.index.files.at(-1)!.format.flavour);
  }

  /** The event in hand is not the one that is due. */
  #unexpected(): VerifyError {
    return this.#fault(this.#due.expected, this.#typeName(), this.#due.sourcePlace);
  }

  #check(difference: Difference | undefined): void {
    if (difference !== undefined) throw this.#differs(difference);
  }

  #differs({ expected, found }: Difference): VerifyError {
    return this.#fault(expected, found, this.#due.sourcePlace);
  }

  /** Something is wrong in the undo event in hand. */
  #fault(expected: string, found: string, source: SourcePlace | undefined): VerifyError {
    const undo = this.#undo;
    const table = STEP_TYPES.rows.includes(undo.type) ? this.#table : undefined;
    const place = { file: undo.name, offset: undo.offset, eventType: this.#typeName(), table };
    return new VerifyError(expected, found, place, source);
  }
}
