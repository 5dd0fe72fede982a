import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { serverSpec } from './catalog.ts';
import { keyPluginFolder } from './provision/key-plugin.ts';
import { provisionServer } from './provision/server.ts';
import type { ServerId, StartOptions } from './types.ts';

/** How a MySQL server is started that encrypts its binary logs and keeps its keys in `folder`, and where there. */
export async function keyringOf(
  id: ServerId,
  folder: string,
): Promise<{ options: StartOptions; keyring: string }> {
  const { root } = await provisionServer(id);
  const spec = serverSpec(id);
  const program = join(folder, basename(spec.server));
  const plugins = join(folder, 'plugin');
  const keyring = join(folder, 'keyring');
  await mkdir(plugins);
  await symlink(join(root, spec.server), program);
  await writeFile(`${program}.my`, JSON.stringify({ components: 'file://component_keyring_file' }));
  for (const name of await readdir(join(root, spec.serverPlugins))) {
    if (name.startsWith('component_'))
      await symlink(join(root, spec.serverPlugins, name), join(plugins, name));
  }
  const settings = { path: keyring, read_only: false };
  await writeFile(join(plugins, 'component_keyring_file.cnf'), JSON.stringify(settings));
  return { options: { program, args: [`--plugin-dir=${plugins}`, '--binlog-encryption=ON'] }, keyring };
}

/** The same for MariaDB, with the keys in a file and, where that is encrypted itself, its password in another. */
export async function keyFileOptions(
  id: ServerId,
  algorithm: 'AES_CBC' | 'AES_CTR',
  file: string,
  passwordFile?: string,
): Promise<StartOptions> {
  const args = [
    `--plugin-dir=${await keyPluginFolder(id)}`,
    '--plugin-load-add=file_key_management',
    `--file-key-management-filename=${file}`,
    ...(passwordFile === undefined ? [] : [`--file-key-management-filekey=FILE:${passwordFile}`]),
    `--file-key-management-encryption-algorithm=${algorithm}`,
    '--encrypt-binlog=ON',
  ];
  return { args };
}
