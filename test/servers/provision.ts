/** Fetches every server that the tests run on: `npx tsx test/servers/provision.ts [id...]`. */
import { provisionServer } from './provision/server.ts';
import { serverIds } from './types.ts';

const asked = process.argv.slice(2);
for (const id of asked.length > 0 ? asked : serverIds) {
  await provisionServer(id);
  process.stderr.write(`${id}: ready\n`);
}
