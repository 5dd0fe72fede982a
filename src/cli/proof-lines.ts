import type { Proof } from '../verify/tally.ts';
import { plural } from './terminal.ts';

/** What else there is to say of a proof: its events and its digest. */
export function proofLines({ rows, transactions, events, digest, largestStatement }: Proof): string[] {
  return [
    `  each of ${plural(rows, 'row change')} inverted exactly once, in exactly reverse order, and nothing else`,
    `  in ${plural(transactions, 'transaction')} and ${plural(events, 'rows event')}, the longest BINLOG statement of ${largestStatement} characters`,
    `  digest of the inverse changes: sha256:${digest}`,
  ];
}

/** The same for programs. */
export function proofJson({ rows, transactions, events, digest, largestStatement }: Proof): unknown {
  return { rows, transactions, events, largestStatement, digest: `sha256:${digest}` };
}
