import { rewrite } from '../../src/index.ts';
import { peak } from './peak-memory.ts';

// Undoes the file named on the command line into nothing, and says how many bytes that were, and the most
// memory that this process had, in MiB.
const { written } = await rewrite({ inputs: [process.argv[2]!], output: { write: async () => {} } });
console.log(JSON.stringify({ written: written!.bytes, peak: peak() }));
