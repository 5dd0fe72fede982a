import {
  ENCRYPTED_HEADER,
  FileCipher,
  isEncryptedHeader,
  parseEncryptedHeader,
} from '../binlog/encryption/file-header.ts';
import type { Keys } from '../binlog/encryption/keys.ts';
import { MAGIC } from '../binlog/event-header.ts';
import { BinflashError } from '../errors.ts';
import type { EncryptedLogs, InputFile } from './source.ts';

/** One of the logs in a file. */
interface Part {
  /** Where it begins, with its header of encryption where it has one. */
  readonly begin: number;
  /** Where its magic stands. */
  readonly magic: number;
  /** Undefined of a plain one. */
  readonly cipher: FileCipher | undefined;
}

/**
 * A binary log that MySQL may have encrypted, as the plain one that it is; it closes the file with itself. There may be
 * several in it, one behind the other, of which some are plain: {@link logAt} is told where they may begin.
 *
 * Positions are those in the plain log: the header of encryption of the first one does not count. Those of others do.
 */
export class DecryptedFile implements InputFile, EncryptedLogs {
  readonly path: string;
  readonly size: number;
  readonly identity: string;
  readonly #file: InputFile;
  readonly #keyring: Keys | undefined;
  /** Bytes at the beginning that do not count. */
  readonly #header: number;
  readonly #parts: Part[] = [];

  private constructor(file: InputFile, keyring: Keys | undefined, cipher: FileCipher | undefined) {
    this.#header = cipher === undefined ? 0 : ENCRYPTED_HEADER;
    this.path = file.path;
    this.size = file.size - this.#header;
    this.identity = file.identity;
    this.#file = file;
    this.#keyring = keyring;
    this.#parts.push({ begin: 0, magic: 0, cipher });
  }

  /**
   * What is in a file, decrypted where it is encrypted as a whole. It closes the file when it fails.
   *
   * @throws BinflashError `ENCRYPTED` when the keyring does not have its key; for what is damaged; `IO`
   */
  static async of(file: InputFile, keyring: Keys | undefined): Promise<DecryptedFile> {
    try {
      const cipher = await cipherAt(file, 0, keyring);
      return new DecryptedFile(file, keyring, cipher);
    } catch (error) {
      await file.close();
      throw error instanceof BinflashError ? error.locate({ file: file.path, offset: 0 }) : error;
    }
  }

  get encrypted(): EncryptedLogs {
    return this;
  }

  holds(position: number): boolean {
    return this.#parts.findLast(({ begin }) => begin <= position)!.cipher !== undefined;
  }

  async logAt(position: number): Promise<'new' | 'known' | undefined> {
    if (this.#parts.some(({ begin }) => begin === position)) return 'known';
    const raw = this.#header + position;
    const cipher = await cipherAt(this.#file, raw, this.#keyring);
    if (cipher !== undefined) {
      this.#parts.push({ begin: position, magic: position + ENCRYPTED_HEADER, cipher });
      return 'new';
    }
    // Between plain ones nothing changes.
    if (!this.holds(position) || !(await hasMagic(this.#file, raw))) return undefined;
    this.#parts.push({ begin: position, magic: position, cipher });
    return 'new';
  }

  async read(into: Uint8Array, at: number, length: number, position: number): Promise<void> {
    await this.#file.read(into, at, length, this.#header + position);
    for (const [i, { magic, cipher }] of this.#parts.entries()) {
      if (cipher === undefined) continue;
      const from = Math.max(position, magic);
      const end = Math.min(position + length, this.#parts[i + 1]?.begin ?? Infinity);
      if (from < end) cipher.decrypt(into, at + from - position, at + end - position, from - magic);
    }
  }

  check(): Promise<'as it was' | 'grown'> {
    return this.#file.check();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function bytesAt(file: InputFile, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.min(length, file.size - position));
  await file.read(bytes, 0, bytes.length, position);
  return bytes;
}

async function hasMagic(file: InputFile, position: number): Promise<boolean> {
  const bytes = await bytesAt(file, position, MAGIC.length);
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/** What decrypts the log that stands at `position`; undefined where none stands there that is encrypted. */
async function cipherAt(
  file: InputFile,
  position: number,
  keyring: Keys | undefined,
): Promise<FileCipher | undefined> {
  const bytes = await bytesAt(file, position, ENCRYPTED_HEADER + MAGIC.length);
  if (!isEncryptedHeader(bytes)) return undefined;
  if (bytes.length < ENCRYPTED_HEADER + MAGIC.length) {
    throw new BinflashError('TRUNCATED', 'the file ends inside its header of encryption', {
      hint: 'Take another copy of the file from the server or a replica.',
    });
  }
  const header = parseEncryptedHeader(bytes);
  const { keyId } = header;
  const what = `is encrypted (binlog_encryption) with the key ${keyId}`;
  if (keyring === undefined) throw encrypted(`${what}, which is needed to read it`, GIVE_KEYRING);
  const { path, problem } = keyring;
  if (problem !== undefined) throw encrypted(`${what}, but ${path} ${problem}`, GIVE_KEYRING);
  const key = keyring.get(keyId);
  if (key === undefined) throw encrypted(`${what}, which is not in ${path}`, OTHER_KEYRING);
  const cipher = FileCipher.of(header, key);
  const magic = bytes.subarray(ENCRYPTED_HEADER);
  cipher?.decrypt(magic, 0, magic.length, 0);
  if (cipher === undefined || MAGIC.some((byte, i) => magic[i] !== byte)) {
    throw encrypted(`${what}, and what ${path} has under that name does not decrypt it`, WRONG_KEY);
  }
  return cipher;
}

const GIVE_KEYRING =
  'Name the keyring of its server with --keyring: the file of component_keyring_file (its path is in component_keyring_file.cnf) or of the plugin keyring_file (@@keyring_file_data). Or fetch a plain copy: mysqlbinlog --read-from-remote-server --raw.';
const OTHER_KEYRING =
  'Name the keyring of the server that wrote the file: the id of the key holds its server_uuid. A keyring that was copied before the file was begun may lack its key, and ALTER INSTANCE ROTATE BINLOG MASTER KEY removes older ones: a copy of a log from before it needs the keyring from before it. Or fetch the log anew: the server has encrypted the headers of its files with the new key.';
const WRONG_KEY =
  'The keyring is not the one of the server that wrote the file, or the first 512 bytes of the file are damaged: take other copies of both.';

function encrypted(message: string, hint: string): BinflashError {
  return new BinflashError('ENCRYPTED', message, { hint });
}
