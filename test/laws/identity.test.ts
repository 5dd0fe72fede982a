import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFormatDescription, parseFormatDescription } from '../../src/binlog/format-description.ts';
import { encodeQuery, parseQuery } from '../../src/binlog/query.ts';
import { encodeXid, parseXid } from '../../src/binlog/xid.ts';
import { source } from '../builder/arbitrary.ts';
import { undo } from '../helpers.ts';
import { bounds, expectIndexed, expectSameAgain } from './identity-checks.ts';

describe('law 1, identity', () => {
  it('the index holds every rows event, at its place, with its rows, and counts every other', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(source(), async ({ files }) => {
        await expectIndexed(files);
      }),
      { numRuns: 40 },
    );
  });

  it('a rows event parsed and written again, rows moved, is the same bytes; so is its TABLE_MAP', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.property(source(), ({ server, files }) => {
        for (const bytes of files) {
          expectSameAgain(bytes, server.flavour);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('what the writer encodes, the parsers read back: FORMAT_DESCRIPTION, BEGIN, XID', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(source({ maxFiles: 1 }), async ({ files }) => {
        const { bytes, log } = await undo(files);
        const format = parseFormatDescription(bytes, 4, 4 + log.events[0]!.size);
        const { checksum } = format;
        expect(Buffer.from(encodeFormatDescription(format, checksum, 4 + format.bytes.length))).toEqual(
          bytes.subarray(4, 4 + format.bytes.length),
        );
        for (const event of log.events) {
          const [start, body] = bounds(event, log.checksum);
          const serverId = bytes.readUInt32LE(start + 5);
          // Size and end_log_pos (9 to 17) are the file's business, not the encoder's.
          const rest = (all: Buffer): Buffer => Buffer.concat([all.subarray(0, 9), all.subarray(17)]);
          const source = rest(bytes.subarray(start, body));
          if (event.type === 2) {
            const { text } = parseQuery(bytes, start, body);
            expect(rest(Buffer.from(encodeQuery(text, event.timestamp, serverId)))).toEqual(source);
          }
          if (event.type === 16) {
            const xid = parseXid(bytes, start, body);
            expect(rest(Buffer.from(encodeXid(xid, event.timestamp, serverId)))).toEqual(source);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
