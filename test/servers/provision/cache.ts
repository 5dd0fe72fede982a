import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Where provisioned servers, and the browser, are kept between runs. */
export function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'binflash');
}

const recipeFile = 'recipe.json';

/**
 * The folder `name` of the cache, built at most once: `build` fills a temporary folder which takes its final name
 * only when complete. A folder built by another recipe is built anew. Processes wait for each other.
 */
export async function cached(
  name: string,
  recipe: unknown,
  build: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheFolder(), name);
  const wanted = JSON.stringify(recipe, null, 2);
  if (await isBuilt(folder, wanted)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const unlock = await lock(`${folder}.lock`);
  try {
    if (await isBuilt(folder, wanted)) return folder;
    // The lock is held, so whatever a killed run left under this name is nobody's.
    const unfinished = `${folder}.tmp`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished);
    try {
      await build(unfinished);
      await writeFile(join(unfinished, recipeFile), wanted);
      await rm(folder, { recursive: true, force: true });
      await rename(unfinished, folder);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    return folder;
  } finally {
    await unlock();
  }
}

async function isBuilt(folder: string, wanted: string): Promise<boolean> {
  const file = join(folder, recipeFile);
  return existsSync(file) && (await readFile(file, 'utf8')) === wanted;
}

/**
 * Holds a kernel lock on a file until the answered function is called. A child process holds it for as long
 * as its stdin is open, so that the lock goes away with this process, however that ends.
 */
async function lock(file: string, limitSeconds = 1200): Promise<() => Promise<void>> {
  const holder = spawn('flock', ['--exclusive', '--timeout', String(limitSeconds), file, 'cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => holder.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    holder.once('error', reject);
    holder.once('exit', (code) => reject(new Error(`cannot lock ${file}: flock ended with ${code}`)));
    holder.stdin.on('error', () => {});
    // cat runs, and echoes, only once the lock is held.
    holder.stdout.once('data', () => resolve());
    holder.stdin.write('locked\n');
  });
  return () => {
    holder.stdin.end();
    return ended;
  };
}
