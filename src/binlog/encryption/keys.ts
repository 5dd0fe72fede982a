/**
 * The keys that a file holds, by their ids. They stay private to this class: neither messages nor what looks into
 * objects (JSON, inspectors) may come by them.
 */
export class Keys {
  /** The file, as the user named it. */
  readonly path: string;
  /** Why none can be taken from it, as the end of a sentence about it; told when a key is needed. */
  readonly problem: string | undefined;
  readonly #keys: ReadonlyMap<string, Uint8Array>;

  constructor(path: string, keys: ReadonlyMap<string, Uint8Array>, problem?: string) {
    this.path = path;
    this.#keys = keys;
    this.problem = problem;
  }

  get(id: string): Uint8Array | undefined {
    return this.#keys.get(id);
  }

  get size(): number {
    return this.#keys.size;
  }
}

/** What encrypted binary logs can be read with. */
export interface BinlogKeys {
  /** Of MySQL: whole files are encrypted. */
  readonly keyring?: Keys | undefined;
  /** Of MariaDB: each event is encrypted. */
  readonly encryptionKeys?: Keys | undefined;
}

/** The keys of a file's content, or why there are none. */
export type ParsedKeys = ReadonlyMap<string, Uint8Array> | { readonly problem: string };
