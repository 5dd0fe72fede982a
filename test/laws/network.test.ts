import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inFolder } from '../helpers.ts';
import { fixtures } from '../hostile/seeds.ts';

const root = join(import.meta.dirname, '../..');

/** All that the program needs of Node: nothing that talks to others, or starts programs. */
const NEEDED = [
  'node:buffer',
  'node:crypto',
  'node:fs',
  'node:fs/promises',
  'node:module',
  'node:net',
  'node:os',
  'node:path',
  'node:stream',
  'node:timers/promises',
  'node:url',
  'node:util',
  'node:zlib',
];

/** Throws at anything that would open a connection or start a program. */
const PRELOAD = `
const refuse = (what) => () => { process.exitCode = 99; throw new Error('NETWORK: ' + what); };
const { Socket, Server } = require('node:net');
Socket.prototype.connect = refuse('connect');
Server.prototype.listen = refuse('listen');
require('node:dgram').Socket.prototype.bind = refuse('bind');
require('node:dgram').Socket.prototype.send = refuse('send');
for (const dns of [require('node:dns'), require('node:dns/promises')]) {
  for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) dns[name] = refuse('dns');
}
for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']) {
  require('node:child_process')[name] = refuse(name);
}
// Not for the data: URL either in which zstddec has its WebAssembly.
globalThis.fetch = refuse('fetch');
globalThis.WebSocket = refuse('WebSocket');
`;

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:ts|js)$/.test(path) && !path.endsWith('.d.ts'))
    .map((path) => join(root, folder, path));
}

describe('the program keeps to itself', () => {
  it.each(['src', 'dist', 'bin'])('%s asks Node for nothing that reaches others', (folder) => {
    for (const path of sources(folder)) {
      const text = readFileSync(path, 'utf8');
      const modules = [...text.matchAll(/(?:from|import|require)\s*\(?\s*['"](node:[\w/]+)['"]/g)].map(
        ([, name]) => name!,
      );
      expect([path, modules.filter((name) => !NEEDED.includes(name))]).toEqual([path, []]);
      expect([
        path,
        /\b(?:fetch\(|new (?:WebSocket|XMLHttpRequest|EventSource|Worker)\b|sendBeacon)/.test(text),
      ]).toEqual([path, false]);
      // Of node:net it knows what an address looks like, and whether standard output is a pipe.
      for (const [, names] of text.matchAll(/import\s*\{([^}]*)\}\s*from\s*['"]node:net['"]/g)) {
        expect(
          names!
            .split(',')
            .map((name) => name.trim().replace(/ as .*/, ''))
            .every((name) => /^(?:isIPv?[46]?|Socket)$/.test(name)),
        ).toBe(true);
      }
    }
  });

  it('no command opens a connection or starts a program', { timeout: 300_000 }, async () => {
    await inFolder(async (folder) => {
      const preload = join(folder, 'preload.cjs');
      await writeFile(preload, PRELOAD);
      const log = join(fixtures, 'mysql-9.7/packed.binlog');
      const commands = [
        ['rewrite', log, '-o', join(folder, 'undo'), '--skip-ddl'],
        ['report', log, '-o', join(folder, 'page.html')],
        ['sql', log, '--format', 'ndjson', '-o', join(folder, 'audit.ndjson')],
        ['show', log, '--json'],
      ];
      for (const words of commands) {
        const program = ['--require', preload, join(root, 'bin/binflash.js'), ...words];
        expect(execFileSync(process.execPath, program, { stdio: 'pipe' })).toBeDefined();
      }
      const page = readFileSync(join(folder, 'page.html'), 'utf8');
      expect(/Content-Security-Policy" content="default-src (?:'|&#39;)none/.test(page)).toBe(true);
    });
  });

  it('is installed without running anything, and every dependency is named with its reason', () => {
    const { scripts, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
      dependencies: Record<string, string>;
    };
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect(scripts[name]).toBeUndefined();
    const told = readFileSync(join(root, 'docs/security.md'), 'utf8');
    for (const name of Object.keys(dependencies)) expect(told).toContain(`\`${name}\``);
    // Nor do those that come with them.
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean; hasInstallScript?: boolean }>;
    };
    const running = Object.entries(packages).filter(
      ([, { dev, hasInstallScript }]) => !dev && hasInstallScript,
    );
    expect(running).toEqual([]);
  });
});
