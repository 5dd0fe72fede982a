import { BinflashError } from '../../errors.ts';
import { Cursor } from '../../wire/cursor.ts';
import { HEADER_LENGTH } from '../event-header.ts';

/** How MariaDB encrypts the events that follow. */
export interface StartEncryption {
  readonly keyVersion: number;
  /** 12 bytes, to which each event adds its place. */
  readonly nonce: Uint8Array;
}

/** MariaDB encrypts binary logs with this key, whatever other keys there are. */
export const EVENT_KEY_ID = '1';

/**
 * Parses START_ENCRYPTION: `bytes[start, end)` is the event without its checksum.
 *
 * | offset after the header | bytes | field |
 * |---|---|---|
 * | 0 | 1 | scheme, 1 |
 * | 1 | 4 | version of the key |
 * | 5 | 12 | nonce |
 *
 * Source: MariaDB, sql/log_event.h, class Start_encryption_log_event.
 */
export function parseStartEncryption(bytes: Uint8Array, start: number, end: number): StartEncryption {
  const cursor = new Cursor(bytes, start + HEADER_LENGTH, end);
  const scheme = cursor.u8('scheme');
  if (scheme !== 1) throw new BinflashError('UNSUPPORTED', `unknown scheme of encryption, ${scheme}`);
  const keyVersion = cursor.u32('key_version');
  return { keyVersion, nonce: cursor.view(12, 'nonce').slice() };
}
