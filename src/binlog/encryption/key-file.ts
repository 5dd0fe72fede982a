import { createDecipheriv, createHash } from 'node:crypto';
import type { ParsedKeys } from './keys.ts';
import { latin1 } from './latin1.ts';

/** What `openssl enc` writes before the salt of 8 bytes. */
const SALTED = 'Salted__';
const SALT_END = SALTED.length + 8;

/** The server takes no more of a password. */
const MAX_PASSWORD = 256;

/**
 * The keys of MariaDB's file_key_management, by id: lines `id;key`, the key in hexadecimal digits. The file may be
 * encrypted itself (`openssl enc -aes-256-cbc -md sha1`), and `password` is what is in the file that
 * `file_key_management_filekey` names.
 */
export function parseKeyFile(bytes: Uint8Array, password: Uint8Array | undefined): ParsedKeys {
  if (latin1(bytes, 0, SALTED.length) !== SALTED) return parseLines(bytes);
  if (password === undefined) {
    return {
      problem: 'is encrypted itself: name the file with its password as --encryption-keys-password-file',
    };
  }
  const plain = decryptKeyFile(bytes, password);
  const keys = plain === undefined ? undefined : parseLines(plain);
  return keys instanceof Map
    ? keys
    : { problem: 'is encrypted itself, and not with the password that was given, or it is damaged' };
}

function parseLines(bytes: Uint8Array): ParsedKeys {
  const keys = new Map<string, Uint8Array>();
  const lines = latin1(bytes, 0, bytes.length).split('\n');
  for (const [number, line] of lines.entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, id, key = ''] = /^\s*(\d{1,10})\s*;\s*([0-9a-f]+)/i.exec(line) ?? [];
    if (id === undefined || ![32, 48, 64].includes(key.length)) {
      return { problem: `is no file of encryption keys: line ${number + 1} is no "id;key"` };
    }
    keys.set(String(Number(id)), Buffer.from(key, 'hex'));
  }
  return keys.size > 0 ? keys : { problem: 'holds no encryption key' };
}

function decryptKeyFile(bytes: Uint8Array, password: Uint8Array): Uint8Array | undefined {
  if (bytes.length <= SALT_END) return undefined;
  const { key, iv } = bytesToKey(trimmed(password), bytes.subarray(SALTED.length, SALT_END));
  const decipher = createDecipheriv('aes-256-cbc', key, iv);
  try {
    return Buffer.concat([decipher.update(bytes.subarray(SALT_END)), decipher.final()]);
  } catch {
    // The padding is not one.
    return undefined;
  }
}

/** As the server reads it: ends of lines at the end are no part of it. */
function trimmed(password: Uint8Array): Uint8Array {
  let end = Math.min(password.length, MAX_PASSWORD);
  while (end > 0 && (password[end - 1] === 0x0a || password[end - 1] === 0x0d)) end--;
  return password.subarray(0, end);
}

/** OpenSSL's EVP_BytesToKey with SHA-1 and one round, for AES-256-CBC. */
function bytesToKey(password: Uint8Array, salt: Uint8Array): { key: Uint8Array; iv: Uint8Array } {
  const made: Uint8Array[] = [];
  for (let last: Uint8Array = new Uint8Array(0), length = 0; length < 48; length += last.length) {
    last = createHash('sha1').update(last).update(password).update(salt).digest();
    made.push(last);
  }
  const all = Buffer.concat(made);
  return { key: all.subarray(0, 32), iv: all.subarray(32, 48) };
}
