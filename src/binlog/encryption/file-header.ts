import { createDecipheriv, createHash } from 'node:crypto';
import { BinflashError } from '../../errors.ts';
import { readU32 } from '../../wire/integers.ts';
import type { EventHeader } from '../event-header.ts';
import { latin1 } from './latin1.ts';

/** The 4 bytes before the header of an encrypted binary log of MySQL: `fd 'bin'`. */
export const ENCRYPTED_MAGIC: Uint8Array = Uint8Array.of(0xfd, 0x62, 0x69, 0x6e);

/** Bytes before the encrypted ones. */
export const ENCRYPTED_HEADER = 512;

/** Of the header, the only one that there is. */
const VERSION = 1;

/** Does a log begin with these bytes that is encrypted? */
export function isEncryptedHeader(bytes: Uint8Array): boolean {
  return ENCRYPTED_MAGIC.every((byte, i) => bytes[i] === byte);
}

const MAGIC_AS_TIME = readU32(ENCRYPTED_MAGIC, 0);

/**
 * Is the header of an event rather the beginning of an encrypted log? Its version would be the type of an event that no
 * server has written since there are such logs.
 */
export function isEncryptedEvent({ timestamp, type }: EventHeader): boolean {
  return timestamp === MAGIC_AS_TIME && type === VERSION;
}

/** What the header of an encrypted binary log of MySQL says. */
export interface EncryptedHeader {
  /** Of the key in the keyring: `MySQLReplicationKey_<server_uuid>_<number>`. */
  readonly keyId: string;
  /** The password of the file, encrypted with that key, and how. */
  readonly password: Uint8Array;
  readonly iv: Uint8Array;
}

/**
 * Parses the header of an encrypted binary log (MySQL 8.0.14 and later).
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 4 | fd 62 69 6e |
 * | 4 | 1 | version, 1 |
 * | 5 | | fields, each after its type, in one byte; type 0 ends them |
 * | | 1 + n | type 1: id of the key, after its length |
 * | | 32 | type 2: encrypted password |
 * | | 16 | type 3: its initialization vector |
 *
 * Source: MySQL, sql/rpl_log_encryption.cc, Rpl_encryption_header_v1::deserialize.
 *
 * @throws BinflashError `DAMAGED`, or `UNSUPPORTED` for another version
 */
export function parseEncryptedHeader(bytes: Uint8Array): EncryptedHeader {
  const version = bytes[ENCRYPTED_MAGIC.length]!;
  if (version !== VERSION) {
    throw new BinflashError(
      'UNSUPPORTED',
      `its header of encryption is of version ${version}, not ${VERSION}`,
      {
        hint: 'Fetch a plain copy from the server: mysqlbinlog --read-from-remote-server --raw.',
      },
    );
  }
  const fields = new Map<number, Uint8Array>();
  for (let at = ENCRYPTED_MAGIC.length + 1; at < ENCRYPTED_HEADER && bytes[at] !== 0; ) {
    const type = bytes[at++]!;
    const length = type === 1 ? bytes[at++]! : FIELDS[type];
    if (length === undefined || fields.has(type) || at + length > ENCRYPTED_HEADER) throw damaged();
    fields.set(type, bytes.slice(at, at + length));
    at += length;
  }
  const [id, password, iv] = [fields.get(1), fields.get(2), fields.get(3)];
  if (id === undefined || password === undefined || iv === undefined) throw damaged();
  const keyId = latin1(id, 0, id.length);
  if (!/^[\x21-\x7e]+$/.test(keyId)) throw damaged();
  return { keyId, password, iv };
}

const FIELDS: Record<number, number> = { 2: 32, 3: 16 };

function damaged(): BinflashError {
  return new BinflashError('DAMAGED', 'its header of encryption is damaged', {
    hint: 'Take another copy of the file from the server or a replica.',
  });
}

/** Decrypts what stands behind the header, from anywhere. */
export class FileCipher {
  readonly #key: Uint8Array;
  readonly #iv: Uint8Array;

  /** `key` is the one that the header names; undefined when it cannot be one. */
  static of({ password, iv }: EncryptedHeader, key: Uint8Array): FileCipher | undefined {
    return key.length === 32 ? new FileCipher(password, iv, key) : undefined;
  }

  private constructor(password: Uint8Array, iv: Uint8Array, key: Uint8Array) {
    const unwrap = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
    const digest = createHash('sha512').update(unwrap.update(password)).digest();
    this.#key = digest.subarray(0, 32);
    this.#iv = digest.subarray(32, 48);
  }

  /** Decrypts `bytes[start, end)` in place; it stands at `position`, counted without the header. */
  decrypt(bytes: Uint8Array, start: number, end: number, position: number): void {
    const counter = Buffer.from(this.#iv);
    counter.writeBigUInt64BE(BigInt(Math.floor(position / 16)), 8);
    const decipher = createDecipheriv('aes-256-ctr', this.#key, counter);
    decipher.update(new Uint8Array(position % 16));
    for (let at = start; at < end; at += PIECE) {
      bytes.set(decipher.update(bytes.subarray(at, Math.min(end, at + PIECE))), at);
    }
  }
}

/** What is decrypted at a time: each piece is made in memory of its own. */
const PIECE = 64 * 1024;
