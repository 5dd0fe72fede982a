import { compileDecoder } from '../../../src/binlog/columns/values/decoder.ts';
import { parseOptionalMetadata } from '../../../src/binlog/optional-metadata.ts';
import { parseTableMap } from '../../../src/binlog/table-map.ts';
import { expectBinflashError } from './expect.ts';

/** TABLE_MAP events; bit 0 of the first byte is the flavour. The rest of the bytes is tried as a value of each column. */
export function fuzz(data: Buffer): void {
  const flavour = ((data[0] ?? 0) & 1) === 0 ? 'mysql' : 'mariadb';
  const event = Buffer.concat([Buffer.alloc(19), data.subarray(1)]);
  expectBinflashError(() => {
    const table = parseTableMap(event, 0, event.length, flavour);
    const { columns } = compileDecoder(table, flavour, { timeZone: 'Europe/Berlin', maxCharacters: 100 });
    for (const [i, decode] of columns.slice(0, 40).entries()) {
      const width = table.lengths[i]!;
      const end = width >= 0 && width < 1000 ? width : data.length;
      if (end <= data.length) decode(data, 0, end);
    }
  });
  expectBinflashError(() => {
    const types = data.subarray(0, 12);
    parseOptionalMetadata(data, Math.min(12, data.length), data.length, types, new Uint16Array(12), flavour);
  });
}
