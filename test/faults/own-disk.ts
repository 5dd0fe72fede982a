import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { Disk } from './disk.ts';
import { scratch } from './scenes.ts';

/** A folder for all tests of a file, and a disk under it on which things go wrong when a test wants that. */
export function ownDisk(): { readonly folder: string; readonly disk: Disk } {
  const folder = mkdtempSync(join(scratch, 'binflash-faults-'));
  const disk = new Disk(folder);
  beforeAll(() => disk.install());
  afterAll(async () => {
    disk.restore();
    await rm(folder, { recursive: true });
  });
  return { folder, disk };
}
