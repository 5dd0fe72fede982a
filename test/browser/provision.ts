/**
 * Fetches the browser that the report is tested in, where the cache lacks it: `npx tsx test/browser/provision.ts`.
 */
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DebianSource } from '../servers/catalog.ts';
import { run } from '../servers/process.ts';
import { cached } from '../servers/provision/cache.ts';
import { unpackDebian } from '../servers/provision/debian.ts';

const source: DebianSource = {
  kind: 'debian',
  suite: 'trixie',
  packages: ['chromium-headless-shell', 'fonts-inter', 'fonts-dejavu-mono'],
  // For drawing on a graphics card and for windows on a screen: nothing here has either.
  without: ['libllvm19', 'libz3-4', 'mesa-libgallium', 'libgl1-mesa-dri', 'x11-utils', 'xkb-data'],
};

/** Changes whenever the way of building the folder does. */
const recipeVersion = 1;

/**
 * The program runs through the loader and libraries unpacked with it. The loader must lie beside it: the browser
 * takes the folder of what was executed for its own and looks for its resources there. For the same reason it
 * cannot start itself again as its child processes and is told to start them by this script.
 */
const startScript = `#!/bin/sh
here=$(dirname "$0")
libraries=$here/root/usr/lib/x86_64-linux-gnu
export FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/root/usr/lib/chromium/loader" --inhibit-cache \\
  --library-path "$libraries:$libraries/pulseaudio" \\
  "$here/root/usr/lib/chromium/chromium-headless-shell" --browser-subprocess-path="$0" "$@"
`;

/** The same letters on every machine, whatever fonts it has. */
const fontConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">root/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  ${['system-ui', 'sans-serif'].map((family) => alias(family, 'Inter')).join('\n  ')}
  ${['ui-monospace', 'monospace'].map((family) => alias(family, 'DejaVu Sans Mono')).join('\n  ')}
</fontconfig>
`;

function alias(family: string, font: string): string {
  return `<alias binding="same"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
}

/**
 * Makes sure that the cache holds the browser and answers the path of the program that starts it; or of the one that
 * BINFLASH_TEST_BROWSER names.
 */
export async function provisionBrowser(): Promise<string> {
  const { BINFLASH_TEST_BROWSER: own } = process.env;
  if (own) return own;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('a browser can be unpacked on Linux x64 only: name one with BINFLASH_TEST_BROWSER');
  }
  try {
    const recipe = { recipeVersion, startScript, fontConfiguration, ...source };
    return join(await cached('browser', recipe, build), 'browser');
  } catch (error) {
    throw new Error(`cannot provision the browser: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

async function build(folder: string): Promise<void> {
  const began = Date.now();
  const root = join(folder, 'root');
  await mkdir(root);
  const work = await mkdtemp(join(tmpdir(), 'binflash-fetch-'));
  try {
    await unpackDebian(source, root, work);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  await copyFile(
    join(root, 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'),
    join(root, 'usr/lib/chromium/loader'),
  );
  await writeFile(join(folder, 'fonts.conf'), fontConfiguration);
  const program = join(folder, 'browser');
  await writeFile(program, startScript);
  await chmod(program, 0o755);
  // A library that is missing is told here, not by a test that cannot start its browser.
  const answer = (await run(program, ['--version'])).toString().trim();
  process.stderr.write(`provisioned ${answer} in ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await provisionBrowser().catch((error: unknown) => {
    process.exitCode = 1;
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  });
}
