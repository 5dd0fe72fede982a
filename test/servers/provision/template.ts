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
  if ((await readdir(share)).includes('mysql_system_tables.sql') || spec.flavour === 'mariadb') {
    await run(program, [...args, '--bootstrap'], { input: await bootstrapSql(share), env });
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

/** The input of `--bootstrap`: each statement of the server's scripts, beginning with an empty folder. */
export async function bootstrapSql(share: string): Promise<string> {
  const files = await readdir(share);
  const parts = ['CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n'];
  for (const script of scripts) {
    const file = files.find((name) => script.test(name));
    if (file !== undefined) parts.push(await readFile(join(share, file), 'utf8'));
  }
  return parts.join('\n');
}
