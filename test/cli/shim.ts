import { main } from '../../src/cli/main.ts';

// What bin/binflash.js does, with the sources instead of dist.
await main(process.argv.slice(2));
