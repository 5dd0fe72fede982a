/** Stories told by several connections, over several files, with known places in the log. */
import type { RunningServer } from '../servers/index.ts';
import { behindCheckpoints } from './checkpoints.ts';
import type { Scene } from './support.ts';

/** What one text of statements left in the log. */
export interface Chapter {
  readonly file: string;
  /** Offsets in the file: of the first event, and behind the last. */
  readonly start: number;
  readonly end: number;
  /** As `--include-gtids` takes them. */
  readonly gtids: readonly string[];
}

/** Begins another file. */
export const NEXT_FILE = 'FLUSH BINARY LOGS';
/** Shuts the server down and starts it on the same data, which begins another file too. */
export const RESTART = 'RESTART';

/** Runs each text by a connection of its own; those that begin another file are no chapters. */
export async function chapters(
  { server, database }: Scene,
  ...texts: readonly string[]
): Promise<{ files: string[]; chapters: Chapter[] }> {
  const files: string[] = [];
  const places: { file: number; start: number; end: number }[] = [];
  await server.closeBinlog();
  const begin = async (): Promise<void> => {
    files.push(`${server.binlogFolder}/${(await server.position()).file}`);
  };
  await begin();
  for (const text of texts) {
    if (text === NEXT_FILE || text === RESTART) {
      await (text === RESTART ? server.restart() : server.closeBinlog());
      await begin();
      continue;
    }
    const { position: start } = await server.position();
    await server.sql(text, database);
    places.push({ file: files.length - 1, start, end: (await server.position()).position });
  }
  await server.closeBinlog();
  for (const place of places) {
    [place.start] = (await behindCheckpoints(files[place.file]!, [place.start])) as [number];
  }
  const events = await Promise.all(files.map((file) => gtidEvents(server, file)));
  return {
    files,
    chapters: places.map(({ file, start, end }) => ({
      file: files[file]!,
      start,
      end,
      gtids: events[file]!.filter(({ offset }) => offset >= start && offset < end).map(({ gtid }) => gtid),
    })),
  };
}

/** The GTIDs of a file and where they stand. */
async function gtidEvents(server: RunningServer, file: string): Promise<{ offset: number; gtid: string }[]> {
  const events = await server.sql(`SHOW BINLOG EVENTS IN '${file.split('/').at(-1)}'`);
  return [
    ...events.matchAll(/^\S+\t(\d+)\tGtid\S*\t.*(?:GTID |')((?:[\w-]+:)?[\w-]*:\d+|\d+-\d+-\d+)/gim),
  ].map(([, offset, gtid]) => ({ offset: Number(offset), gtid: gtid! }));
}
