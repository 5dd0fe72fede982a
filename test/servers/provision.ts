/**
 * Fetches the servers that the tests run on, where the cache lacks them, so that no test has to wait for it:
 * `npx tsx test/servers/provision.ts [id...]`. The container provider needs none of them.
 */
import { selectedServerIds } from './index.ts';
import { provisionServer } from './provision/server.ts';

const asked = process.argv.slice(2);
const selected = process.env.BINFLASH_TEST_PROVIDER === 'container' ? [] : selectedServerIds();
for (const id of asked.length > 0 ? asked : selected) {
  try {
    await provisionServer(id);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  }
}
