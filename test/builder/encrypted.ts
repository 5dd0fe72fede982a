/**
 * Encrypts binary logs as servers do, from the format notes (section 8), without a line of what reads them.
 */
import { createCipheriv, createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { encodeEvent } from './binlog.ts';
import { join, u8, u32, u64 } from './bytes.ts';

export const KEY_ID = 'MySQLReplicationKey_0f1e2d3c-0000-11f1-8000-000000000001_1';

/** A key of as many bytes, different from one `seed` to the next. */
export function key(bytes: number, seed = ''): Buffer {
  return createHash('sha256').update(`key ${seed}`).digest().subarray(0, bytes);
}

/** A binary log as MySQL 8.0.14 and later encrypts it. */
export function encryptMysql(plain: Buffer, fileKey: Buffer, keyId: string = KEY_ID): Buffer {
  const password = createHash('sha256').update('password of the file').digest();
  const iv = Buffer.alloc(16, 0x5a);
  const wrap = createCipheriv('aes-256-cbc', fileKey, iv).setAutoPadding(false);
  const magic = Buffer.of(0xfd, 0x62, 0x69, 0x6e);
  const header = Buffer.alloc(512);
  join(magic, u8(1), u8(1), u8(keyId.length), keyId, u8(2), wrap.update(password), u8(3), iv).copy(header);
  const digest = createHash('sha512').update(password).digest();
  const counter = join(digest.subarray(32, 40), u64(0));
  return join(header, createCipheriv('aes-256-ctr', digest.subarray(0, 32), counter).update(plain));
}

export type Algorithm = 'cbc' | 'ctr';

const NONCE = Buffer.from('0102fdfefffefdfcfffffffe', 'hex');

/** A binary log as MariaDB encrypts it: START_ENCRYPTION behind the first event, and all that follow encrypted. */
export function encryptMariadb(
  plain: Buffer,
  eventKey: Buffer,
  algorithm: Algorithm,
  nonce: Buffer = NONCE,
): Buffer {
  const begin = 4 + plain.readUInt32LE(4 + 9);
  const hasChecksum = plain[begin - 5] === 1;
  // A relay log's positions are those of the source.
  const isRelay = (plain.readUInt16LE(4 + 17) & 0x40) !== 0;
  const start = { type: 164, body: join(u8(1), u32(1), nonce) };
  const pieces = [plain.subarray(0, begin), encodeEvent(start, begin, 1, plain.readUInt32LE(4), hasChecksum)];
  let offset = begin + pieces[1]!.length;
  const moved = offset - begin;
  for (let at = begin; at < plain.length; ) {
    const size = plain.readUInt32LE(at + 9);
    const event = Buffer.from(plain.subarray(at, at + size));
    const position = event.readUInt32LE(13);
    if (position > 0 && !isRelay) {
      event.writeUInt32LE((position + moved) % 0x1_0000_0000, 13);
      if (hasChecksum) event.writeUInt32LE(crc32(event.subarray(0, size - 4)), size - 4);
    }
    pieces.push(encryptEvent(event, eventKey, algorithm, offset, nonce));
    at += size;
    offset += size;
  }
  return Buffer.concat(pieces);
}

/** An event as it stands at `offset`, of which 4 bytes count. */
export function encryptEvent(
  event: Buffer,
  eventKey: Buffer,
  algorithm: Algorithm,
  offset: number,
  nonce: Buffer = NONCE,
): Buffer {
  const iv = join(nonce, u32(offset % 0x1_0000_0000));
  const bits = 8 * eventKey.length;
  const size = Buffer.from(event.subarray(9, 13));
  const plain = Buffer.from(event);
  event.copy(plain, 9, 0, 4);
  const body = plain.subarray(4);
  const whole = algorithm === 'ctr' ? body.length : body.length - (body.length % 16);
  const cipher = createCipheriv(`aes-${bits}-${algorithm}`, eventKey, iv).setAutoPadding(false);
  const blocks = cipher.update(body.subarray(0, whole));
  const pad = createCipheriv(`aes-${bits}-ecb`, eventKey, null).update(iv);
  const rest = body.subarray(whole).map((byte, i) => byte ^ pad[i]!);
  const encrypted = join(Buffer.alloc(4), blocks, rest);
  encrypted.copy(encrypted, 0, 9, 13);
  size.copy(encrypted, 9);
  return encrypted;
}

export interface Entry {
  readonly id: string;
  readonly key: Buffer;
  readonly user?: string;
}

/** The file of component_keyring_file. */
export function componentKeyring(entries: readonly Entry[]): Buffer {
  const elements = entries.map(({ id, key: data, user = '' }) => ({
    user,
    data_id: id,
    data_type: 'AES',
    data: data.toString('hex').toUpperCase(),
    extension: [],
  }));
  return Buffer.from(JSON.stringify({ version: '1.0', elements }));
}

/** The file of the plugin keyring_file. */
export function pluginKeyring(version: '1.0' | '2.0', entries: readonly Entry[]): Buffer {
  const mask = '*305=Ljt0*!@$Hnm(*-9-w;:';
  const records = entries.map(({ id, key: data, user = '' }) => {
    const hidden = data.map((byte, i) => byte ^ mask.charCodeAt(i % mask.length));
    const lengths = [id, 'AES', user, hidden].map((part) => u64(part.length));
    const record = join(...lengths, id, 'AES', user, hidden);
    const padding = Buffer.alloc((8 - (record.length % 8)) % 8);
    return join(u64(8 + record.length + padding.length), record, padding);
  });
  const digest = createHash('sha256')
    .update(join(...records))
    .digest();
  return join(`Keyring file version:${version}`, ...records, 'EOF', version === '2.0' ? digest : '');
}

/** The file of file_key_management. */
export function keyFile(eventKey: Buffer): Buffer {
  return Buffer.from(
    `# keys of the server\r\n\n 1;${eventKey.toString('hex')} # the log's\n2;${key(16, 'other').toString('hex')}\n`,
  );
}

/** A file as `openssl enc -aes-256-cbc -md sha1` makes it, by EVP_BytesToKey. */
export function salted(plain: Buffer, password: string): Buffer {
  const salt = Buffer.from('saltsalt');
  const sha1 = (...pieces: (Buffer | string)[]): Buffer =>
    createHash('sha1')
      .update(join(...pieces))
      .digest();
  const first = sha1(password, salt);
  const second = sha1(first, password, salt);
  const made = join(first, second, sha1(second, password, salt));
  const cipher = createCipheriv('aes-256-cbc', made.subarray(0, 32), made.subarray(32, 48));
  return join('Salted__', salt, cipher.update(plain), cipher.final());
}
