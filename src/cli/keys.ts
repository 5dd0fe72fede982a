import type { BinlogKeys } from '../binlog/encryption/keys.ts';
import { readKeys } from '../io/read-keys.ts';
import { type Arguments, textOf } from './arguments.ts';

/** The keys that the options name, for every command. @throws BinflashError `USAGE`, `IO` */
export function keysOf(args: Arguments): Promise<BinlogKeys> {
  return readKeys({
    keyring: textOf(args, 'keyring'),
    encryptionKeys: textOf(args, 'encryption-keys'),
    encryptionKeysPasswordFile: textOf(args, 'encryption-keys-password-file'),
  });
}
