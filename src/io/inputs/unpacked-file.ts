import { changedError, type InputFile } from '../source.ts';
import type { SpoolFile } from '../spool.ts';

/** What cannot be read from where it is, standard input or an archive, as it was written into a temporary file. */
export class UnpackedFile implements InputFile {
  readonly path: string;
  readonly size: number;
  readonly identity: string;
  readonly #spool: SpoolFile;
  readonly #archive: InputFile | undefined;

  /** `archive` is what it was unpacked from, if any; it is closed with this. */
  constructor(place: Pick<InputFile, 'path' | 'identity'>, spool: SpoolFile, archive?: InputFile) {
    this.path = place.path;
    this.identity = place.identity;
    this.size = spool.length;
    this.#spool = spool;
    this.#archive = archive;
  }

  read(into: Uint8Array, at: number, length: number, position: number): Promise<void> {
    return this.#spool.read(into, at, length, position);
  }

  /** The temporary file is nobody else's; but an archive that has grown may hold other bytes now. */
  async check(): Promise<'as it was'> {
    if ((await this.#archive?.check()) === 'grown') {
      throw changedError('the archive has grown', { file: this.path });
    }
    return 'as it was';
  }

  async close(): Promise<void> {
    await Promise.all([this.#spool.close(), this.#archive?.close()]);
  }
}
