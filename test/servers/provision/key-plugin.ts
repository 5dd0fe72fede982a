import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ServerId } from '../types.ts';
import { cached } from './cache.ts';
import { unpackFiles } from './debian.ts';

const PLUGIN = 'usr/lib/mysql/plugin/file_key_management.so';

/** Debian has MariaDB's plugin in the full server package, of which nothing else is wanted. */
const packages: Partial<Record<ServerId, { suite: string; name: string }>> = {
  'mariadb-10.5': { suite: 'bullseye', name: 'mariadb-server-10.5' },
  'mariadb-10.11': { suite: 'bookworm', name: 'mariadb-server' },
  'mariadb-11.8': { suite: 'trixie', name: 'mariadb-server' },
};

/** The folder with the plugin that reads encryption keys from a file, for `--plugin-dir`. Fetched once. */
export async function keyPluginFolder(id: ServerId): Promise<string> {
  const source = packages[id];
  if (source === undefined) throw new Error(`${id} has no file_key_management`);
  const recipe = { recipeVersion: 1, ...source, file: PLUGIN };
  const folder = await cached(join('key-plugins', id), recipe, async (into) => {
    // On the same file system, for what is fetched is moved.
    const work = await mkdtemp(join(into, 'work-'));
    try {
      await unpackFiles(source.suite, { [source.name]: [PLUGIN] }, into, work);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
  return dirname(join(folder, PLUGIN));
}
