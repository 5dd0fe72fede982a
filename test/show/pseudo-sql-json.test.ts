import { describe, expect, it } from 'vitest';
import { putJsonDifferences } from '../../src/show/pseudo-sql-json.ts';
import { ByteText } from '../../src/wire/byte-text.ts';
import { hex } from '../builder/bytes.ts';
import { diffs, int, type Json, object, type Step } from '../builder/json.ts';

function put(bytes: Uint8Array): string {
  let text = '';
  const out = new ByteText((chunk) => {
    text += Buffer.from(chunk).toString();
  });
  putJsonDifferences(bytes, 0, bytes.length, 1, out);
  out.flush();
  return text;
}

const replace = (path: string, value: Json): Step => ({ op: 'replace', path, value });
const insert = (path: string, value: Json): Step => ({ op: 'insert', path, value });
const remove = (path: string): Step => ({ op: 'remove', path });

describe('differences of a partial update', () => {
  it('are calls around the column', () => {
    expect(put(diffs(replace('$.x', int(99))))).toBe("JSON_REPLACE(@2, '$.x', 99)");
    expect(put(diffs(remove('$.a[1]')))).toBe("JSON_REMOVE(@2, '$.a[1]')");
    expect(put(diffs(insert('$."it\'s"', int(1))))).toBe("JSON_INSERT(@2, '$.\"it\\'s\"', 1)");
    expect(put(diffs(insert('$.a[0]', int(1))))).toBe("JSON_ARRAY_INSERT(@2, '$.a[0]', 1)");
  });

  it('are one call as long as the function is the same', () => {
    const steps = [replace('$.a', int(1)), replace('$.b', int(2)), remove('$.c'), replace('$.d', int(3))];
    expect(put(diffs(...steps))).toBe(`JSON_REPLACE(
###      JSON_REMOVE(
###      JSON_REPLACE(@2, '$.a', 1,
###      '$.b', 2),
###      '$.c'),
###      '$.d', 3)`);
  });

  it('leave the column where nothing changes', () => {
    expect(put(hex(''))).toBe('@2');
  });

  it('have text in quotes, and containers as documents', () => {
    const steps = [replace('$.a', object({ k: int(1) })), replace('$.b', object({}))];
    expect(put(diffs(...steps))).toBe(`JSON_REPLACE(@2, '$.a', CAST('{"k": 1}' AS JSON),
###      '$.b', CAST('{}' AS JSON))`);
    // A string "it's".
    expect(put(hex('00 03 242e61 06 0c04 69742773'))).toBe("JSON_REPLACE(@2, '$.a', 'it\\'s')");
  });

  it('that do not fit their length are an error', () => {
    const whole = diffs(replace('$.x', int(99)), remove('$.y'));
    const ends = [...whole.keys()].filter((end) => end > 0 && end !== diffs(replace('$.x', int(99))).length);
    for (const end of ends) expect(() => put(whole.subarray(0, end)), String(end)).toThrow(/needs/);
  });
});
