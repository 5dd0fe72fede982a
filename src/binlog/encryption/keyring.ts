import type { ParsedKeys } from './keys.ts';
import { latin1 } from './latin1.ts';

/** The first bytes of a file of the keyring_file plugin, before its version. */
const PLUGIN = 'Keyring file version:';
const PLUGIN_HEADER = PLUGIN.length + '1.0'.length;

/** What the plugin hides keys with: it is the same everywhere (MySQL, plugin/keyring/common/keyring_key.cc). */
const OBFUSCATION: Uint8Array = Buffer.from('*305=Ljt0*!@$Hnm(*-9-w;:', 'latin1');

/**
 * The keys of a MySQL keyring, by data id: the file of component_keyring_file (JSON) or of the plugin keyring_file,
 * told apart by what they begin with. Only what belongs to no user counts, as the server's own keys do.
 */
export function parseKeyring(bytes: Uint8Array): ParsedKeys {
  if (bytes.length === 0) return { problem: 'is empty' };
  if (latin1(bytes, 0, PLUGIN.length) === PLUGIN) return parsePluginFile(bytes);
  if (/^\s*\{/.test(latin1(bytes, 0, 64))) return parseComponentFile(bytes);
  return { problem: 'is no keyring file of component_keyring_file or keyring_file' };
}

const DAMAGED = { problem: 'is a damaged keyring file' };

function parseComponentFile(bytes: Uint8Array): ParsedKeys {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // What the parser says quotes the text, and that is keys.
    return DAMAGED;
  }
  const elements = (document as { elements?: unknown }).elements;
  if (!Array.isArray(elements)) return { problem: 'is no keyring file of component_keyring_file' };
  const keys = new Map<string, Uint8Array>();
  for (const element of elements as unknown[]) {
    const { user, data_id: id, data } = (element ?? {}) as Record<string, unknown>;
    if (typeof user !== 'string' || typeof id !== 'string' || typeof data !== 'string') return DAMAGED;
    if (data.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(data)) return DAMAGED;
    if (user === '') keys.set(id, Buffer.from(data, 'hex'));
  }
  return keys;
}

/**
 * A file of the plugin: its version, records, and `EOF`; from version 2.0 on a digest of 32 bytes after it.
 *
 * | offset | bytes | field of a record |
 * |---|---|---|
 * | 0 | 8 | length of all of it, padded to 8 |
 * | 8 | 8 | length of the key's id |
 * | 16 | 8 | of its type |
 * | 24 | 8 | of its user |
 * | 32 | 8 | of the key |
 * | 40 | | id, type, user, key |
 *
 * Source: MySQL, plugin/keyring/common/keyring_key.cc, Key::store_in_buffer.
 */
function parsePluginFile(bytes: Uint8Array): ParsedKeys {
  const version = latin1(bytes, PLUGIN.length, PLUGIN_HEADER);
  if (version !== '1.0' && version !== '2.0') return { problem: `is a keyring file of version ${version}` };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const keys = new Map<string, Uint8Array>();
  let at = PLUGIN_HEADER;
  while (latin1(bytes, at, at + 3) !== 'EOF') {
    if (bytes.length - at < 40) return DAMAGED;
    const lengths = [0, 8, 16, 24, 32].map((field) => Number(view.getBigUint64(at + field, true)));
    const [whole = 0, ...parts] = lengths;
    if (whole > bytes.length - at || 40 + parts.reduce((sum, part) => sum + part, 0) > whole) return DAMAGED;
    let from = at + 40;
    const [id, , user, key] = parts.map((length) => {
      from += length;
      return bytes.subarray(from - length, from);
    });
    if (user!.length === 0) {
      const plain = Uint8Array.from(key!, (byte, i) => byte ^ OBFUSCATION[i % OBFUSCATION.length]!);
      keys.set(latin1(id!, 0, id!.length), plain);
    }
    at += whole;
  }
  return keys;
}
