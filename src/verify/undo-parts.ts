import { SourceFile } from '../io/source.ts';

/**
 * A file of an undo, as it was before anything was read, and what it is called in messages: before it has its name, that
 * is not its path. It is open only while it is read, for there may be more parts than a process may have files open.
 */
export interface UndoPart {
  readonly file: SourceFile;
  readonly name: string;
}

/** @throws BinflashError `IO` when there is no such file */
export async function lookAtPart(path: string, name: string): Promise<UndoPart> {
  const file = await SourceFile.open(path);
  await file.close();
  return { file, name };
}

/** Makes sure that what was read is what the files hold now. @throws BinflashError `IO` when one has changed in any way */
export async function checkParts(parts: readonly UndoPart[]): Promise<void> {
  for (const { file } of parts) {
    const now = await file.again();
    await now.close();
  }
}
