import { checksumMatches } from '../binlog/checksum.ts';
import { EventCipher, eventAlgorithms } from '../binlog/encryption/event-cipher.ts';
import type { Keys } from '../binlog/encryption/keys.ts';
import {
  EVENT_KEY_ID,
  parseStartEncryption,
  type StartEncryption,
} from '../binlog/encryption/start-encryption.ts';
import { emptyHeader, readHeader } from '../binlog/event-header.ts';
import { eventType } from '../binlog/event-types.ts';
import type { FormatDescription } from '../binlog/format-description.ts';
import { BinflashError } from '../errors.ts';
import { readU32 } from '../wire/integers.ts';

/** Makes the events of a MariaDB binary log plain that stand behind its START_ENCRYPTION. */
export class Decryption {
  readonly #keys: Keys | undefined;
  #start: (StartEncryption & { readonly offset: number }) | undefined;
  #cipher: EventCipher | undefined;

  constructor(keys: Keys | undefined) {
    this.#keys = keys;
  }

  /** Are the events that follow encrypted? */
  get isActive(): boolean {
    return this.#start !== undefined;
  }

  /** What decrypts them, once one has been decrypted. */
  get cipher(): EventCipher | undefined {
    return this.#cipher;
  }

  /** The log is at its end. */
  end(): void {
    this.#start = undefined;
    this.#cipher = undefined;
  }

  /**
   * Takes the START_ENCRYPTION at `bytes[start, end)`, without its checksum, which stands at `offset` of the file. One
   * that was encrypted itself is of another file: a replica was sent it.
   */
  begin(bytes: Uint8Array, start: number, end: number, offset: number): void {
    if (this.#start !== undefined) return;
    this.#start = { ...parseStartEncryption(bytes, start, end), offset };
    this.#key();
  }

  /**
   * Decrypts the whole ones among the events at `bytes[start, end)`, of which there is at least one, and which stand at
   * `offset` of their log; answers where the first begins that is not whole, or where another log may begin.
   *
   * @throws BinflashError `ENCRYPTED`
   */
  decrypt(bytes: Uint8Array, start: number, end: number, offset: number, format: FormatDescription): number {
    this.#cipher ??= this.#find(bytes, start, offset, format);
    return this.#cipher.decrypt(bytes, start, end, offset);
  }

  /** Of the algorithms, the one that makes an event of the first one that is encrypted. */
  #find(bytes: Uint8Array, start: number, offset: number, format: FormatDescription): EventCipher {
    const key = this.#key();
    const { nonce } = this.#start!;
    const end = start + readU32(bytes, start + 9);
    for (const algorithm of eventAlgorithms) {
      const cipher = new EventCipher(key, nonce, algorithm);
      const event = bytes.slice(start, end);
      cipher.decrypt(event, 0, event.length, offset);
      if (isEvent(event, offset, format)) return cipher;
    }
    throw this.#encrypted(
      `, and what ${this.#keys!.path} has under that id does not decrypt them`,
      WRONG_KEY,
    );
  }

  /** @throws BinflashError `ENCRYPTED` when there is none */
  #key(): Uint8Array {
    if (this.#keys === undefined) throw this.#encrypted(', which is needed to read them', GIVE_KEYS);
    const { path, problem } = this.#keys;
    if (problem !== undefined) throw this.#encrypted(`, but ${path} ${problem}`, GIVE_KEYS);
    const key = this.#keys.get(EVENT_KEY_ID);
    if (key === undefined) throw this.#encrypted(`, which is not in ${path}`, GIVE_KEYS);
    return key;
  }

  #encrypted(what: string, hint: string): BinflashError {
    const { keyVersion, offset } = this.#start!;
    const key = `the encryption key with id ${EVENT_KEY_ID}${keyVersion === 1 ? '' : `, version ${keyVersion}`}`;
    return new BinflashError('ENCRYPTED', `the events are encrypted (encrypt_binlog) with ${key}${what}`, {
      offset,
      eventType: 'START_ENCRYPTION',
      hint,
    });
  }
}

const GIVE_KEYS =
  'Name the file with the keys of its server with --encryption-keys (@@file_key_management_filename), and where that is encrypted itself, the file with its password with --encryption-keys-password-file. Or fetch a plain copy: mariadb-binlog --read-from-remote-server --raw.';
const WRONG_KEY =
  'The keys are not those of the server that wrote the file, or its first encrypted event is damaged: take other copies of both.';

/** Any but these: artificial, ignorable, and the like. */
const UNKNOWN_FLAGS = 0x7c02;

/** Is this an event, or what a wrong key makes of one? Where there is no checksum, its header tells. */
function isEvent(bytes: Uint8Array, offset: number, format: FormatDescription): boolean {
  if (format.checksum !== 'none') return checksumMatches(bytes, 0, bytes.length);
  const header = emptyHeader();
  readHeader(bytes, 0, header);
  if (eventType(header.type, 'mariadb') === undefined || (header.flags & UNKNOWN_FLAGS) !== 0) return false;
  // In relay logs, positions are those of the source.
  return format.isRelay || header.endLogPos === (offset + bytes.length) % 0x1_0000_0000;
}
