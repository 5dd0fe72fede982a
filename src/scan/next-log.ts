import { isEncryptedEvent } from '../binlog/encryption/file-header.ts';
import type { EventHeader } from '../binlog/event-header.ts';
import type { InputFile } from '../io/source.ts';
import type { LogSummary } from './binlog-index.ts';

/** Servers that are remembered. */
const MOST_SERVERS = 1000;

/**
 * Finds, among the events of a file, the logs behind the first one where the one or the other is encrypted by MySQL.
 *
 * What stands behind an encrypted log is decrypted as if it were of that log, so its beginning looks like an event of
 * some server. So the file is asked, at a price, for each server once.
 */
export class NextLogs {
  readonly #file: InputFile;
  readonly #servers = new Set<number>();
  /** Are the events in hand of an encrypted log? */
  #isEncrypted = false;
  /** The event last asked about, which is one. */
  #event = -1;

  constructor(file: InputFile) {
    this.#file = file;
  }

  /** A log has begun. */
  begin(log: LogSummary): void {
    this.#isEncrypted = this.#file.encrypted?.holds(log.offset) ?? false;
    if (this.#isEncrypted) log.encryption = 'binlog_encryption';
    this.#servers.clear();
  }

  /** Must {@link at} be asked what stands at `offset`? */
  mayBegin(header: EventHeader, offset: number): boolean {
    if (offset === this.#event) return false;
    return isEncryptedEvent(header) || (this.#isEncrypted && !this.#servers.has(header.serverId));
  }

  /**
   * What stands at `offset`, where `header` was read: the header of an encrypted log, an event (or the magic of a plain
   * log), or a log that is to be read again, as the log that it is. @throws BinflashError as `EncryptedLogs.logAt`
   */
  async at(offset: number, header: EventHeader): Promise<'header' | 'event' | 'unread'> {
    const isHeader = isEncryptedEvent(header);
    const found = await this.#file.encrypted?.logAt(offset);
    if (found === 'new') return 'unread';
    if (found === 'known' && isHeader) return 'header';
    this.#event = offset;
    if (found === undefined) this.#remember(header.serverId);
    return 'event';
  }

  #remember(server: number): void {
    if (this.#servers.size === MOST_SERVERS) this.#servers.clear();
    this.#servers.add(server);
  }
}
