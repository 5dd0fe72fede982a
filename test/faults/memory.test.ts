/** Little memory: a limit of the process ends with a message and an exit code that are documented. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fixtures } from '../hostile/seeds.ts';
import { checkBuilt, type Ended, program } from './program.ts';

const packed = join(fixtures, 'mysql-9.7/packed.binlog');

describe.skipIf(process.platform !== 'linux')('6 GiB of address space, of which WebAssembly takes 10', () => {
  beforeAll(checkBuilt);

  const run = (options: string): Promise<Ended> =>
    program(['rewrite', packed, '-o', '-'], { before: `${options}; ulimit -v 6291456` });

  it('are too little for zstd: it ended with a stack trace and exit code 1', async () => {
    const { code, stdout, stderr } = await run('true');
    expect([code, stdout.length]).toEqual([4, 0]);
    expect(stderr).toMatch(
      /^binflash: \S+packed.binlog:\d+, TRANSACTION_PAYLOAD: there is not enough memory, .*\n {2}Give it more\./,
    );
    expect(stderr).not.toMatch(/ at |report it/);
  });

  it('are enough where Node is told not to reserve so many, as the message says', async () => {
    const { code, stdout } = await run('export NODE_OPTIONS=--disable-wasm-trap-handler');
    expect([code, stdout.length > 1000]).toEqual([0, true]);
  });
});
