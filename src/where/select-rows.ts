import { tmpdir } from 'node:os';
import type { InputFile } from '../io/source.ts';
import type { ReadOptions } from '../read/binlogs.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { DEFAULT_WINDOW } from '../scan/scan.ts';
import type { Selector } from '../select/selection.ts';
import type { RowFilter } from './row-filter.ts';
import { maskRows, type RowMask } from './row-mask.ts';

/**
 * Reads the rows that may be selected, and tests them; undefined where no row filter is given and all are. `spoolFolder`
 * is for temporary files. @throws BinflashError as {@link maskRows} does
 */
export async function selectRows(
  index: BinlogIndex,
  files: readonly InputFile[],
  selector: Selector,
  filter: RowFilter,
  options: ReadOptions,
  spoolFolder: string = tmpdir(),
): Promise<RowMask | undefined> {
  if (filter.isEmpty) return undefined;
  return maskRows(index, files, selector, filter, {
    window: options.window ?? DEFAULT_WINDOW,
    spoolFolder,
    onProgress: (done, total) => options.onProgress?.({ phase: 'read', done, total }),
    onDebug: options.onDebug,
    signal: options.signal,
  });
}
