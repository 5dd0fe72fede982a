import { join } from 'node:path';
import { type ServerSpec, serverSpec } from './catalog.ts';
import { identity } from './identity.ts';

/** A program and its leading arguments. */
export type Command = readonly [string, ...string[]];

/** How to call the programs of an unpacked server folder. */
export interface Programs {
  server: Command;
  client: Command;
  binlog: Command;
  dump: Command;
}

/**
 * The programs run through the folder's own loader and libraries, so that neither the machine's libc nor its
 * configuration files play a part. `server` is another path of the server's program.
 */
export function programs(id: string, root: string, server?: string): Programs {
  const spec = serverSpec(id);
  const libraries = spec.libraries.map((folder) => join(root, folder)).join(':');
  const call = (program: string, ...options: string[]): Command => callOf(join(root, program), options);
  const callOf = (program: string, options: readonly string[]): Command => [
    join(root, 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'),
    '--inhibit-cache',
    '--library-path',
    libraries,
    program,
    '--no-defaults',
    ...options,
  ];
  const share = join(root, spec.share);
  const charsets = `--character-sets-dir=${join(share, 'charsets')}`;
  return {
    server: callOf(server ?? join(root, spec.server), [
      `--basedir=${join(root, spec.basedir)}`,
      `--lc-messages-dir=${share}`,
      charsets,
      `--plugin-dir=${join(root, spec.serverPlugins)}`,
      ...(process.getuid?.() === 0 ? ['--user=root'] : []),
      ...identity(id).options,
    ]),
    client: call(spec.client, charsets, `--plugin-dir=${join(root, spec.clientPlugins)}`),
    binlog: call(spec.binlog, charsets),
    dump: call(dumpOf(spec), charsets, `--plugin-dir=${join(root, spec.clientPlugins)}`),
  };
}

/** It lies beside the client. */
function dumpOf({ client }: ServerSpec): string {
  return client.endsWith('mariadb') ? `${client}-dump` : `${client}dump`;
}

/** The environment of all programs: no option files, login paths or passwords of whoever runs the tests. */
export function programEnvironment(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(MYSQL|MARIADB|LD)_/.test(name));
  return { ...Object.fromEntries(kept), HOME: home };
}
