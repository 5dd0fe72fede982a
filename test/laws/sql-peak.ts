import { sql } from '../../src/index.ts';
import { peak } from './peak-memory.ts';

// Writes the undo of the file named on the command line as SQL to nobody, and says how many bytes that were, and the
// most memory that this process had, in MiB.
const { bytes } = await sql({
  inputs: [process.argv[2]!],
  output: { write: async () => {} },
  flashback: true,
  guard: true,
});
console.log(JSON.stringify({ bytes, peak: peak() }));
