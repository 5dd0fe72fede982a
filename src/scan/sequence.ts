import { EventCode } from '../binlog/event-types.ts';
import { versionAtLeast } from '../binlog/format-description.ts';
import { formatGtid } from '../binlog/gtid.ts';
import { beginsWithGtids, type GtidsBefore } from '../binlog/previous-gtids.ts';
import { BinflashError } from '../errors.ts';
import { areTwoLogs, type LogName, splitName } from '../io/log-name.ts';
import { type FileSummary, isRelayLog, type LogSummary, lastLog } from './binlog-index.ts';

/** A log among those that are to follow each other. */
interface Link {
  readonly file: FileSummary;
  readonly log: LogSummary;
}

/**
 * Checks that scanned logs follow each other without a gap and come from one server: by server id and flavour, by their
 * numbers, which names and ROTATE tell, and by the GTIDs that came before them.
 *
 * @throws BinflashError `GAP` naming what is missing, `UNSUPPORTED` for different servers
 */
export function checkSequence(files: readonly FileSummary[]): void {
  const links = files.flatMap((file) => file.logs.map((log) => ({ file, log })));
  checkMarks(links);
  for (const [i, link] of links.entries()) {
    const before = links[i - 1];
    if (before === undefined) continue;
    checkKind(before, link);
    checkServer(before, link);
    const isNext = checkNumber(before, link);
    if (isRelayLog(before.file)) continue;
    checkGtids(before, link, isNext);
    checkClosed(before, link, links[i - 2]);
  }
}

/** Of logs in files of their own it is known when they are opened; here, of those in one file, and all others. */
function checkMarks(links: readonly Link[]): void {
  const known = new Map<number, Link>();
  for (const link of links) {
    const { mark, nextFile, format } = link.log;
    if (mark === undefined || format.isRelay) continue;
    const twin = known.get(mark);
    known.set(mark, link);
    if (twin === undefined || (nextFile ?? twin.log.nextFile) !== (twin.log.nextFile ?? nextFile)) continue;
    if (areNamedApart(twin, link) || areNamedApart(link, twin)) continue;
    const where = twin.file === link.file ? `it does at ${twin.log.offset}` : nameOf(twin);
    throw new BinflashError('USAGE', `holds the same log here as ${where}`, {
      ...placeOf(link),
      hint: 'It would be undone twice: give it once, the larger copy.',
    });
  }
}

function areNamedApart({ file, log }: Link, other: Link): boolean {
  return (
    file.logs.length === 1 &&
    other.file.logs.length === 1 &&
    areTwoLogs(file.path, log.nextFile, other.file.path)
  );
}

/** What stands in a binary log stands in the relay logs of its server's replicas too, and would be undone twice. */
function checkKind(before: Link, link: Link): void {
  const kind = ({ log }: Link): string => (log.format.isRelay ? 'relay log' : 'binary log');
  const refuse = (message: string, hint: string): never => {
    throw new BinflashError('UNSUPPORTED', message, { ...placeOf(link), hint });
  };
  if (kind(before) !== kind(link)) {
    refuse(
      `is a ${kind(link)}, but ${nameOf(before)} is a ${kind(before)}: they may hold the same changes, which would be undone twice`,
      'Give the binary logs alone, or the relay logs alone.',
    );
  }
  const [replica, other] = [link.log.format.serverId, before.log.format.serverId];
  if (link.log.format.isRelay && replica !== other) {
    refuse(
      `is a relay log of the replica with server id ${replica}, but ${nameOf(before)} of ${other}`,
      'Give the relay logs of one replica alone.',
    );
  }
}

function checkServer(before: Link, { file, log }: Link): void {
  const [format, last] = [formatOf(file, log), formatOf(before.file, before.log)];
  // Of a relay log in which no event of the source stands, nothing is known.
  if (last.isRelay || format.isRelay) return;
  const differs = (is: string, was: string): BinflashError =>
    new BinflashError('UNSUPPORTED', `is of ${is}, but ${nameOf(before)} is of ${was}`, {
      file: file.path,
      offset: log.offset === 0 ? undefined : log.offset,
      hint: 'Rewrite the files of each server on their own.',
    });
  if (last.flavour !== format.flavour) throw differs(format.flavour, last.flavour);
  if (last.serverId !== format.serverId) {
    throw differs(`server id ${format.serverId}`, `${last.serverId}`);
  }
}

/** Of a relay log that of its source. */
function formatOf(file: FileSummary, log: LogSummary): FileSummary['format'] {
  return file.logs.length === 1 ? file.format : log.format;
}

/** Is the log, by its number, the one that comes next? False where the numbers tell nothing. */
function checkNumber(before: Link, link: Link): boolean {
  const numbers = numbersOf(before, link);
  if (numbers === undefined) return false;
  const { number, expected, where } = numbers;
  if (number === expected) return true;
  throw gap(link, before, `file number ${expected} comes next, not ${number}${where}`);
}

/**
 * The number of a log and the one that comes next. It is in its name where that is the one that its server gave it, or
 * one with the same number: copies that were numbered anew are of other names than ROTATE tells, and other numbers. Of
 * these, and of logs without names, the number is one less than that of the log which its own ROTATE names.
 */
function numbersOf(
  before: Link,
  link: Link,
): { readonly number: number; readonly expected: number; readonly where: string } | undefined {
  const named = splitName(before.log.nextFile ?? '');
  const [last, own, next] = [nameIn(before), nameIn(link), splitName(link.log.nextFile ?? '')];
  const decide = (name: LogName, expected: number, where = ''): ReturnType<typeof numbersOf> => ({
    number: name.number,
    expected,
    where,
  });
  if (own !== undefined && own.stem === named?.stem) return decide(own, named.number);
  const isAsNamed = named === undefined || last?.number === named.number - 1;
  if (own !== undefined && own.stem === last?.stem && isAsNamed) return decide(own, last.number + 1);
  const told = named ?? (last && { ...last, number: last.number + 1 });
  if (next === undefined || next.stem !== told?.stem) return undefined;
  const where = own === undefined ? '' : ', by what their ROTATE says';
  return decide({ ...next, number: next.number - 1 }, told.number, where);
}

/** Of several logs in a file, the name is none's. */
function nameIn({ file }: Link): LogName | undefined {
  return file.logs.length === 1 ? splitName(file.path) : undefined;
}

/** What there is to say of logs of which nothing tells that no other is missing between them: renamed, without GTIDs. */
export function sequenceWarnings(files: readonly FileSummary[]): string[] {
  const warnings: string[] = [];
  for (const [i, file] of files.entries()) {
    const previous = files[i - 1];
    if (previous === undefined || isRelayLog(file)) continue;
    const [before, link] = [
      { file: previous, log: lastLog(previous) },
      { file, log: file.logs[0]! },
    ];
    const isRenamed = nameIn(link) !== undefined && before.log.nextFile !== undefined;
    const hasGtids = before.log.gtidsBefore !== undefined && (link.log.gtidsBefore?.size ?? 0) > 0;
    if (!isRenamed || hasGtids || numbersOf(before, link) !== undefined) continue;
    warnings.push(
      `nothing tells whether ${file.path} comes right behind ${previous.path}: their names are not those that their server gave them, and there are no GTIDs`,
    );
  }
  return warnings;
}

/**
 * The GTIDs before a log are those before the last one, and where that one led to. They may be more where that is known
 * to be the last one all the same: MySQL 5.6 adds what gtid_purged is set to.
 */
function checkGtids(before: Link, link: Link, isNext: boolean): void {
  const { gtidsBefore } = link.log;
  if (gtidsBefore === undefined || before.log.gtidsBefore === undefined) return;
  const isMysql = formatOf(link.file, link.log).flavour === 'mysql';
  const led = new Map([...before.log.gtidsBefore].map(([source, ranges]) => [source, ranges.at(-1)![1]]));
  for (const [source, last] of before.log.gtidsSeen) {
    const earlier = isMysql ? (led.get(source) ?? 0n) : 0n;
    led.set(source, last > earlier ? last : earlier);
  }
  for (const [source, last] of led) {
    if (holds(gtidsBefore, source, last, isMysql)) continue;
    throw new BinflashError(
      'GAP',
      `does not follow ${nameOf(before)}, which leads to GTID ${formatGtid(source, last)}: that is not among the GTIDs before it`,
      {
        ...placeOf(link),
        hint: 'One of the two is of another server, or of another time before the logs were reset: leave it out.',
      },
    );
  }
  if (isNext && before.log.endsClosed) return;
  for (const [source, ranges] of gtidsBefore) {
    const last = ranges.at(-1)![1];
    if (last <= (led.get(source) ?? 0n)) continue;
    const error = gap(link, before, `GTIDs up to ${formatGtid(source, last)} come before it`);
    if (isNext) error.hint = `${nameOf(before)} is not complete: copy it again.`;
    throw error;
  }
}

/**
 * A log that its server has gone on from is closed: when it rotates, when it stops, and MySQL since 5.6 also when it is
 * started anew after a crash. One that says that it is in use was copied before that, and so was one that is not closed,
 * where the next log says that the server was not started meanwhile (`created` is 0). Where all of its transactions have
 * GTIDs, those of the next log tell whether one is missing.
 */
function checkClosed(before: Link, link: Link, earlier: Link | undefined): void {
  const { format, endsClosed, gtidsSeen, gtidsBefore } = before.log;
  if (endsClosed) return;
  const next = link.log;
  if (format.flavour === 'mariadb') {
    // One that is cut before its GTID_LIST ends says nothing of GTIDs: those of the log before it must lead on.
    if (!format.inUse || next.gtidsBefore === undefined || gtidsBefore !== undefined) return;
    if (!beginsWithGtids(format)) return;
    if (earlier?.log.gtidsBefore !== undefined) {
      checkGtids(earlier, link, false);
      return;
    }
  } else {
    if (!versionAtLeast(format.version, [5, 6, 0])) return;
    // What is not a server's own file has no GTIDs before it, and nothing that closes it: parts of an undo.
    const isServers = next.gtidsBefore !== undefined;
    const isOld = !beginsWithGtids(format);
    if (!(format.inUse && (isServers || isOld)) && !(isServers && next.format.created === 0)) return;
    if (gtidsSeen.size > 0 && before.file.events[EventCode.ANONYMOUS_GTID] === 0) return;
  }
  throw new BinflashError(
    'GAP',
    `does not follow ${nameOf(before)} as that was copied: its server was still writing it, and has gone on to this one`,
    {
      ...placeOf(link),
      hint: `Copy ${nameOf(before)} again, or leave out all that follows it.`,
    },
  );
}

/** Of MariaDB it is the last number that is there; a domain that is not there at all was deleted (FLUSH BINARY LOGS DELETE_DOMAIN_ID). */
function holds(set: GtidsBefore, source: string, last: bigint, isMysql: boolean): boolean {
  const ranges = set.get(source);
  if (isMysql) return ranges?.some(([from, to]) => last >= from && last <= to) ?? false;
  if (ranges !== undefined) return ranges[0]![1] >= last;
  const domain = `${source.split('-')[0]}-`;
  return ![...set.keys()].some((other) => other.startsWith(domain));
}

function gap(link: Link, before: Link, what: string): BinflashError {
  return new BinflashError('GAP', `does not follow ${nameOf(before)}: ${what}`, {
    ...placeOf(link),
    hint: 'Add the missing files, or rewrite the two sides of the gap on their own, newest first.',
  });
}

function placeOf({ file, log }: Link): { file: string; offset?: number } {
  return log.offset === 0 ? { file: file.path } : { file: file.path, offset: log.offset };
}

function nameOf({ file, log }: Link): string {
  return log.offset === 0 ? file.path : `${file.path}:${log.offset}`;
}
