import {
  ENCRYPTED_HEADER,
  ENCRYPTED_MAGIC,
  FileCipher,
  parseEncryptedHeader,
} from '../binlog/encryption/file-header.ts';
import type { Keys } from '../binlog/encryption/keys.ts';
import { MAGIC } from '../binlog/event-header.ts';
import { BinflashError } from '../errors.ts';
import type { InputFile } from './source.ts';

/** A binary log that MySQL has encrypted, as the plain one that it is; it closes the encrypted file with itself. */
export class DecryptedFile implements InputFile {
  readonly path: string;
  readonly size: number;
  readonly identity: string;
  readonly #file: InputFile;
  readonly #cipher: FileCipher;

  private constructor(file: InputFile, cipher: FileCipher) {
    this.path = file.path;
    this.size = file.size - ENCRYPTED_HEADER;
    this.identity = file.identity;
    this.#file = file;
    this.#cipher = cipher;
  }

  /**
   * The file itself where it is not encrypted as a whole, else what is in it. It closes the file when it fails.
   *
   * @throws BinflashError `ENCRYPTED` when the keyring does not have its key; for what is damaged; `IO`
   */
  static async of(file: InputFile, keyring: Keys | undefined): Promise<InputFile> {
    try {
      const header = new Uint8Array(Math.min(file.size, ENCRYPTED_HEADER));
      await file.read(header, 0, header.length, 0);
      if (ENCRYPTED_MAGIC.some((byte, i) => header[i] !== byte)) return file;
      return await DecryptedFile.#open(file, header, keyring);
    } catch (error) {
      await file.close();
      throw error instanceof BinflashError ? error.locate({ file: file.path, offset: 0 }) : error;
    }
  }

  static async #open(file: InputFile, bytes: Uint8Array, keyring: Keys | undefined): Promise<DecryptedFile> {
    if (file.size < ENCRYPTED_HEADER + MAGIC.length) {
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
    const opened = cipher && new DecryptedFile(file, cipher);
    const magic = new Uint8Array(MAGIC.length);
    await opened?.read(magic, 0, magic.length, 0);
    if (opened === undefined || MAGIC.some((byte, i) => magic[i] !== byte)) {
      throw encrypted(`${what}, and what ${path} has under that name does not decrypt it`, WRONG_KEY);
    }
    return opened;
  }

  async read(into: Uint8Array, at: number, length: number, position: number): Promise<void> {
    await this.#file.read(into, at, length, ENCRYPTED_HEADER + position);
    this.#cipher.decrypt(into, at, at + length, position);
  }

  check(): Promise<'as it was' | 'grown'> {
    return this.#file.check();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

const GIVE_KEYRING =
  'Name the keyring of its server with --keyring: the file of component_keyring_file (its path is in component_keyring_file.cnf) or of the plugin keyring_file (@@keyring_file_data). Or fetch a plain copy: mysqlbinlog --read-from-remote-server --raw.';
const OTHER_KEYRING =
  'Name the keyring of the server that wrote the file: the id of the key holds its server_uuid. A copy of the keyring must not be older than the file.';
const WRONG_KEY =
  'The keyring is not the one of the server that wrote the file, or the first 512 bytes of the file are damaged: take other copies of both.';

function encrypted(message: string, hint: string): BinflashError {
  return new BinflashError('ENCRYPTED', message, { hint });
}
