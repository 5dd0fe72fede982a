import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

const GIB = 2 ** 30;

/** Tests and servers make, flush and remove thousands of files: in memory, where there is room for what runs at a time. */
function scratch(): string {
  if (process.env.TMPDIR !== undefined) return tmpdir();
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize > 10 * GIB ? '/dev/shm' : tmpdir();
  } catch {
    return tmpdir();
  }
}

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          env: { TMPDIR: scratch() },
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/servers/**'],
          // Both of the cores that CI has: the default leaves one to the runner.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
          // A bound against hanging, far above what any of them takes: a busy machine must not fail a test.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'e2e',
          env: { TMPDIR: scratch() },
          include: ['test/e2e/**/*.test.ts', 'test/servers/**/*.test.ts'],
          // One server at a time per file; files share the machine's two cores.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});

export default config;
