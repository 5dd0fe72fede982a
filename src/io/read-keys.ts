import { parseKeyFile } from '../binlog/encryption/key-file.ts';
import { parseKeyring } from '../binlog/encryption/keyring.ts';
import { type BinlogKeys, Keys, type ParsedKeys } from '../binlog/encryption/keys.ts';
import { BinflashError } from '../errors.ts';
import { readChunks } from './chunks.ts';
import { STANDARD_INPUT } from './inputs/names.ts';

/** No file of keys is larger. */
const MAX_KEY_FILE = 16 * 1024 * 1024;

/** Where the keys of encrypted binary logs are. */
export interface KeyFiles {
  /** Of MySQL: the file of component_keyring_file or of the plugin keyring_file. */
  readonly keyring?: string | undefined;
  /** Of MariaDB: the file of file_key_management. */
  readonly encryptionKeys?: string | undefined;
  /** The file with the password of that one, where it is encrypted itself. */
  readonly encryptionKeysPasswordFile?: string | undefined;
}

/**
 * Reads keys for encrypted binary logs. A file that holds none is told when a key is needed, with the key's name.
 *
 * @throws BinflashError `IO` when a file cannot be read, `USAGE` for standard input
 */
export async function readKeys(files: KeyFiles): Promise<BinlogKeys> {
  const { keyring, encryptionKeys, encryptionKeysPasswordFile } = files;
  const password =
    encryptionKeysPasswordFile === undefined ? undefined : await readSmall(encryptionKeysPasswordFile);
  return {
    keyring: keyring === undefined ? undefined : await keysOf(keyring, parseKeyring),
    encryptionKeys:
      encryptionKeys === undefined
        ? undefined
        : await keysOf(encryptionKeys, (bytes) => parseKeyFile(bytes, password)),
  };
}

async function keysOf(path: string, parse: (bytes: Uint8Array) => ParsedKeys): Promise<Keys> {
  const bytes = await readSmall(path);
  if (bytes === undefined) return new Keys(path, new Map(), 'is too large for a file of keys');
  const parsed = parse(bytes);
  return 'problem' in parsed ? new Keys(path, new Map(), parsed.problem) : new Keys(path, parsed);
}

async function readSmall(path: string): Promise<Uint8Array | undefined> {
  if (path === STANDARD_INPUT) {
    throw new BinflashError('USAGE', 'keys are not read from standard input', {
      hint: 'Name their file; a shell makes one of what a program writes: <(program).',
    });
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of readChunks(path)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_KEY_FILE) return undefined;
  }
  return Buffer.concat(chunks);
}
