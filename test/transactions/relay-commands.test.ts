/** The commands printed for transactions of relay logs, which may go on in the next file, in the middle of a statement. */
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { transactions } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import type { Event } from '../builder/events.ts';
import { mariadb118, mysql55, mysql97, type Server } from '../builder/format.ts';
import { readEvents } from '../builder/reader.ts';
import { relayLogs } from '../builder/relay.ts';
import { rows, tableMap } from '../builder/rows.ts';
import { orders, row } from '../builder/shop.ts';
import { inFolder, insertedIds, writeFiles } from '../helpers.ts';
import { runPrinted } from './printed-command.ts';

/** A statement of two rows events. */
function statement(id: number, version: 1 | 2): Event[] {
  return [
    tableMap(orders, 70),
    rows('insert', orders, 70, [[row(id, 'x')]], { version, flags: 0 }),
    rows('insert', orders, 70, [[row(id + 1, 'x')]], { version }),
  ];
}

it.each<{ server: Server; replica: Server }>([
  { server: mysql55, replica: mysql97 },
  { server: mariadb118, replica: mariadb118 },
])('do what they say, wherever the files begin ($server.version)', async ({ server, replica }) => {
  const log = new Binlog(server);
  const ids = [1, 5, 9];
  for (const id of ids) log.transaction([...statement(id, 1), ...statement(id + 2, 1)]);
  const events = readEvents(log.bytes()).length - 1;
  // One event in each file, and then two.
  for (const step of [1, 2]) {
    const rotations = Array.from({ length: Math.ceil(events / step) }, (_, i) => i * step);
    const files = relayLogs([log.bytes()], { replica, checksum: 'crc32', rotations, connections: [] });
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, files);
      const entries = await transactions(inputs, {}, async (list) => (await list.entries().next()).value!);
      expect(entries).toHaveLength(ids.length);
      for (const [i, { file, start, end, endFile }] of entries.entries()) {
        const select = {
          from: { file: inputs.indexOf(file), offset: start },
          to: { file: inputs.indexOf(endFile!), offset: end },
        };
        const undo = await transactions(inputs, { select }, async (list) => list.undoFirst());
        const { command = String(undo) } = undo;
        const names = inputs.slice(select.from.file, select.to.file + 1).map((path) => basename(path));
        expect(names.filter((name) => !command.includes(name))).toEqual([]);
        const { log: undone } = await runPrinted(command);
        expect(insertedIds(undone)).toEqual([[0, 1, 2, 3].map((n) => ids[i]! + n)]);
      }
    });
  }
});
