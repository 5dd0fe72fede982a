import { jsonText } from '../../../src/binlog/columns/values/json-text.ts';
import { applyJsonDiffs } from '../../../src/binlog/json/apply.ts';
import { parseJson } from '../../../src/binlog/json/binary.ts';
import { encodeJson } from '../../../src/binlog/json/encode.ts';
import { expectBinflashError } from './expect.ts';

/** Documents and their differences: u16 length of the document, the document, the differences. */
export function fuzz(data: Buffer): void {
  if (data.length < 2) return;
  const at = 2 + data.readUInt16LE();
  const [document, diffs] = [data.subarray(2, at), data.subarray(at)];
  expectBinflashError(() => void jsonText(parseJson(document)));
  expectBinflashError(() => {
    const written = encodeJson(parseJson(document));
    // What is written anew reads the same.
    if (jsonText(parseJson(written)) !== jsonText(parseJson(document))) throw new Error('it reads otherwise');
  });
  expectBinflashError(() => void jsonText(parseJson(applyJsonDiffs(document, diffs))));
}
