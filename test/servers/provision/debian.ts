import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DebianSource } from '../catalog.ts';
import { run } from '../process.ts';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

// Needed by installation scripts and helper scripts only, none of which is run here.
const unneeded = /^(perl|perl-base|perl-modules-.*|libperl.*|lib.*-perl|dpkg|debconf|debianutils|tar)$/;

/**
 * Unpacks packages of a Debian suite and what they depend on into a folder, without installing anything:
 * apt works on folders of its own and believes that no package is installed, so that even libc comes along.
 */
export async function unpackDebian(source: DebianSource, into: string, work: string): Promise<void> {
  const apt = await privateApt(source.suite, work);
  const simulated = await apt(['install', '--simulate', '--no-install-recommends', ...source.packages]);
  const wanted = [...simulated.matchAll(/^Inst (\S+) \((\S+)/gm)]
    .filter(([, name]) => !unneeded.test(name!) && !source.without?.includes(name!))
    .map(([, name, version]) => `${name}=${version}`);
  await downloadAndExtract(apt, wanted, into, join(work, 'packages'));
  await takeFiles(apt, source.files ?? {}, into, work);
  await mergeUsr(into);
}

/** Takes single files out of packages of a suite, and nothing of what those depend on. */
export async function unpackFiles(
  suite: string,
  files: NonNullable<DebianSource['files']>,
  into: string,
  work: string,
): Promise<void> {
  await takeFiles(await privateApt(suite, work), files, into, work);
}

async function takeFiles(
  apt: Apt,
  files: NonNullable<DebianSource['files']>,
  into: string,
  work: string,
): Promise<void> {
  for (const [name, paths] of Object.entries(files)) {
    const whole = join(work, name);
    await downloadAndExtract(apt, [name], whole, join(work, `${name}.packages`));
    for (const path of paths) {
      await mkdir(dirname(join(into, path)), { recursive: true });
      await rename(join(whole, path), join(into, path));
    }
  }
}

type Apt = (args: string[], folder?: string) => Promise<string>;

async function downloadAndExtract(
  apt: Apt,
  packages: string[],
  into: string,
  downloads: string,
): Promise<void> {
  await mkdir(downloads);
  await apt(['download', ...packages], downloads);
  for (const file of await readdir(downloads)) {
    await run('dpkg-deb', ['--extract', join(downloads, file), into]);
  }
}

/** An apt-get whose lists, cache and state lie in `work` and which knows one suite only. */
async function privateApt(suite: string, work: string): Promise<Apt> {
  const sources = join(work, 'sources.list');
  await mkdir(join(work, 'lists', 'partial'), { recursive: true });
  await mkdir(join(work, 'cache', 'archives', 'partial'), { recursive: true });
  await mkdir(join(work, 'empty'));
  await writeFile(join(work, 'status'), '');
  const settings = {
    'Dir::State': work,
    'Dir::State::lists': join(work, 'lists'),
    'Dir::State::status': join(work, 'status'),
    'Dir::Cache': join(work, 'cache'),
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': join(work, 'empty'),
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': join(work, 'empty'),
    'APT::Architecture': 'amd64',
    // No change of user: apt's own could not write into this user's folders.
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const apt: Apt = async (args, folder = work) =>
    (await run('apt-get', [...options, '--quiet=2', ...args], { cwd: folder })).toString();

  const refusals: string[] = [];
  for (const archive of await configuredArchives()) {
    await writeFile(sources, `deb [arch=amd64 signed-by=${keyring}] ${archive} ${suite} main\n`);
    try {
      await apt(['update', '--error-on=any']);
      return apt;
    } catch (error) {
      refusals.push(String(error));
    }
  }
  throw new Error(
    `no package archive in this machine's apt configuration serves Debian '${suite}'\n${refusals.join('\n')}`,
  );
}

/** The archives that this machine's apt is configured with; asking needs no downloaded lists. */
async function configuredArchives(): Promise<string[]> {
  if (!existsSync(keyring)) throw new Error(`${keyring} is missing: install debian-archive-keyring`);
  const format = ['indextargets', '--no-release-info', '--format', '$(REPO_URI)', 'Created-By: Packages'];
  const lines = (await run('apt-get', format)).toString().split('\n');
  return [...new Set(lines.filter((line) => line !== ''))];
}

/** Older suites have /lib beside /usr/lib; afterwards every suite has the new layout, with links. */
async function mergeUsr(root: string): Promise<void> {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    const old = join(root, name);
    await mkdir(join(root, 'usr', name), { recursive: true });
    if (existsSync(old)) {
      await run('cp', ['--archive', `${old}/.`, join(root, 'usr', name)]);
      await rm(old, { recursive: true });
    }
    await symlink(`usr/${name}`, old);
  }
}
