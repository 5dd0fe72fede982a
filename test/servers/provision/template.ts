import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerSpec } from '../catalog.ts';
import { run } from '../process.ts';
import { programEnvironment, programs } from '../programs.ts';

/** The system tables' scripts in the order in which they must run; versions name and have them differently. */
const scripts = [
  /^(mysql|mariadb)_system_tables\.sql$/,
  /^(mysql|mariadb)_performance_tables\.sql$/,
  /^(mysql|mariadb)_system_tables_data\.sql$/,
  /^fill_help_tables\.sql$/,
  /^maria_add_gis_sp_bootstrap\.sql$/,
  /^(mysql|mariadb)_sys_schema\.sql$/,
];

/**
 * Makes a data folder with system tables and a root account without password, for the socket and for
 * 127.0.0.1. Each start of the server copies it, which is faster than making one.
 */
export async function makeTemplate(spec: ServerSpec, root: string, folder: string): Promise<void> {
  const fresh = `${folder}.fresh`;
  await mkdir(fresh);
  const [program, ...leading] = programs(spec.id, root).server;
  const env = programEnvironment(folder);
  const args = [...leading, `--datadir=${fresh}`, '--skip-log-bin'];
  const share = join(root, spec.share);
  const bootstrap = await bootstrapSql(share);
  if (bootstrap !== undefined) {
    await run(program, [...args, '--bootstrap'], { input: bootstrap, env });
  } else {
    const accounts = `${folder}.sql`;
    await writeFile(
      accounts,
      "CREATE USER root@'127.0.0.1';\nGRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n",
    );
    await run(program, [...args, '--initialize-insecure', `--init-file=${accounts}`], { env });
    await rm(accounts);
  }
  // Copies with the same server UUID could not replicate from each other.
  await rm(join(fresh, 'auto.cnf'), { force: true });
  await run('cp', ['--archive', '--sparse=always', fresh, folder]);
  await rm(fresh, { recursive: true });
}

/** The input of `--bootstrap` for an empty data folder; nothing for servers that bring their tables built in. */
async function bootstrapSql(share: string): Promise<string | undefined> {
  const files = await readdir(share);
  const found = scripts.flatMap((script) => files.filter((name) => script.test(name)));
  if (found.length === 0) return undefined;
  const begin = 'CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n';
  const parts = await Promise.all(found.map((name) => readFile(join(share, name), 'utf8')));
  return [begin, ...parts].join('\n');
}
