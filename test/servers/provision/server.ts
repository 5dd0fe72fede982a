import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ServerSpec, serverSpec } from '../catalog.ts';
import { identity } from '../identity.ts';
import { run } from '../process.ts';
import { programEnvironment, programs } from '../programs.ts';
import { cached } from './cache.ts';
import { unpackDebian } from './debian.ts';
import { unpackNpm } from './npm.ts';
import { makeTemplate } from './template.ts';

/** A server in the cache: its unpacked programs and an initialised data folder to copy. */
export interface Provisioned {
  root: string;
  template: string;
}

/** Changes whenever the way of building a folder of the cache does, so that older ones are built anew. */
const recipeVersion = 1;

/** Makes sure that the cache holds the server; fetches it when it does not. */
export async function provisionServer(id: string): Promise<Provisioned> {
  const spec = serverSpec(id);
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`${id} can be unpacked on Linux x64 only; use the container provider`);
  }
  try {
    const recipe = { recipeVersion, options: identity(id).options, ...spec };
    const folder = await cached(join('servers', id), recipe, (into) => build(spec, into));
    return { root: join(folder, 'root'), template: join(folder, 'template') };
  } catch (error) {
    throw new Error(`cannot provision ${id}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

async function build(spec: ServerSpec, folder: string): Promise<void> {
  const began = Date.now();
  const root = join(folder, 'root');
  await mkdir(root);
  for (const source of spec.sources) {
    // On the same file system, for what is fetched is moved.
    const work = await mkdtemp(join(folder, 'work-'));
    try {
      if (source.kind === 'debian') await unpackDebian(source, root, work);
      else await unpackNpm(source, root, work);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  await checkVersion(spec, root);
  await makeTemplate(spec, root, join(folder, 'template'));
  process.stderr.write(`provisioned ${spec.id} in ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
}

/** A suite that moves on may serve another release one day; then nothing must run under the old name. */
async function checkVersion(spec: ServerSpec, root: string): Promise<void> {
  const [program, ...leading] = programs(spec.id, root).server;
  const answer = (
    await run(program, [...leading, '--version'], { env: programEnvironment(root) })
  ).toString();
  const { versionPrefix } = identity(spec.id);
  if (!answer.includes(`Ver ${versionPrefix}`)) {
    throw new Error(`the fetched server is not ${versionPrefix}x but: ${answer.trim()}`);
  }
}
