import { show } from '../../src/show/show.ts';
import { peak } from './peak-memory.ts';

// Shows the file named on the command line to nobody, and says how many characters that were, and the most memory that
// this process had, in MiB.
let characters = 0;
const write = async (text: string | Uint8Array): Promise<void> => {
  characters += text.length;
};
await show({ inputs: [process.argv[2]!], write });
console.log(JSON.stringify({ characters, peak: peak() }));
