import { type ShowOptions, type ShowResult, show } from '../../src/show/show.ts';
import { inFolder, writeFiles } from '../helpers.ts';

type Options = Partial<Omit<ShowOptions, 'inputs'>>;

/** What `show` says of binlogs, the folder of the files left out of the text. */
export function shown(
  files: readonly Uint8Array[],
  options: Options = {},
): Promise<{ text: string; result: ShowResult }> {
  return inFolder(async (folder) => {
    let text = '';
    const write = async (piece: string | Uint8Array): Promise<void> => {
      text += String(piece);
    };
    const inputs = await writeFiles(folder, files);
    const result = await show({ timeZone: 'UTC', ...options, inputs, write });
    return { text: text.replaceAll(`${folder}/`, ''), result };
  });
}

/** The same with the error in which it ends. */
export function shownUntil(
  files: readonly Uint8Array[],
  options: Options = {},
): Promise<{ text: string; error: unknown }> {
  let text = '';
  const write = async (piece: string | Uint8Array): Promise<void> => {
    text += String(piece);
  };
  return inFolder(async (folder) => {
    const inputs = await writeFiles(folder, files);
    const error = await show({ timeZone: 'UTC', write, ...options, inputs }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { text: text.replaceAll(`${folder}/`, ''), error };
  });
}

/** The objects of `--json`. */
export async function shownObjects(
  files: readonly Uint8Array[],
  options: Options = {},
): Promise<Record<string, unknown>[]> {
  const { text } = await shown(files, { ...options, format: 'json' });
  return objects(text);
}

export function objects(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
