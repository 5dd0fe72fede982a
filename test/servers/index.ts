import type { Backend } from './backend.ts';
import { Server } from './server.ts';
import { type RunningServer, type ServerId, type StartOptions, serverIds } from './types.ts';
import { UnpackedBackend } from './unpacked.ts';

export * from './types.ts';

/** The servers to test on: those listed in BINFLASH_TEST_SERVERS, else all. */
export function selectedServerIds(): readonly ServerId[] {
  const listed = (process.env.BINFLASH_TEST_SERVERS ?? '').split(',').map((id) => id.trim());
  const ids = listed.filter((id) => id !== '') as ServerId[];
  return ids.length > 0 ? ids : serverIds;
}

/**
 * Starts a server of the version with an empty data folder of its own. Stopping it is the caller's; it also
 * ends with this process. Its `root` has no password, neither on the socket nor on 127.0.0.1.
 */
export async function startServer(id: ServerId, options: StartOptions = {}): Promise<RunningServer> {
  const provider = options.provider ?? process.env.BINFLASH_TEST_PROVIDER ?? 'unpacked';
  return Server.start(id, await createBackend(id, provider, options.program), options.args ?? []);
}

async function createBackend(id: ServerId, provider: string, program?: string): Promise<Backend> {
  if (provider === 'unpacked') return UnpackedBackend.create(id, program);
  if (program !== undefined) throw new Error('a container starts its own program');
  if (provider !== 'container') throw new Error(`BINFLASH_TEST_PROVIDER: no provider is named '${provider}'`);
  // Loaded on demand: nobody else should wait for the container library.
  const { ContainerBackend } = await import('./container.ts');
  return ContainerBackend.create(id);
}
