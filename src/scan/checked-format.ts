import { CHECKSUM_LENGTH, checksumMatches } from '../binlog/checksum.ts';
import { HEADER_LENGTH } from '../binlog/event-header.ts';
import { type FormatDescription, parseFormatDescription } from '../binlog/format-description.ts';
import { BinflashError } from '../errors.ts';

/**
 * Parses the FORMAT_DESCRIPTION at `bytes[start, end)` and verifies its checksum, which is real even where the events
 * after it have none. Servers from before checksums write none for this event either, in the relay logs of newer ones
 * too. `before` is the format in force where it stands, if it is not the first: where that has checksums, what cannot be
 * parsed is an event with a wrong bit rather than one of another server.
 *
 * @throws BinflashError `BAD_CHECKSUM`, and as {@link parseFormatDescription}
 */
export function checkedFormat(
  bytes: Uint8Array,
  start: number,
  end: number,
  before?: FormatDescription,
): FormatDescription {
  let format: FormatDescription;
  try {
    format = parseFormatDescription(bytes, start, end);
  } catch (error) {
    if (before?.knowsChecksums) verifyChecksum(bytes, start, end);
    throw error;
  }
  if (format.knowsChecksums) verifyChecksum(bytes, start, end);
  return format;
}

/** @throws BinflashError `BAD_CHECKSUM` where the last bytes of `bytes[start, end)` are not the CRC-32 of the others */
export function verifyChecksum(bytes: Uint8Array, start: number, end: number): void {
  if (end - start < HEADER_LENGTH + CHECKSUM_LENGTH || !checksumMatches(bytes, start, end)) {
    throw new BinflashError('BAD_CHECKSUM', 'the checksum does not match the event', {
      hint: 'The file is damaged: take another copy from the server or a replica.',
    });
  }
}
