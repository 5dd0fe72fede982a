import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { Binlog } from '../builder/binlog.ts';
import { prefixed, u32 } from '../builder/bytes.ts';
import { blob, int, varchar } from '../builder/columns.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql97, type Server } from '../builder/format.ts';
import { columnNames, primaryKey, rows, type Table, tableMap } from '../builder/rows.ts';
import { inFolder } from '../helpers.ts';

/** What a terminal obeys (ESC, CSI, OSC and C1 begin with one of these), or what makes text look like other text. */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** Clears the screen, sets a title, colours, writes backwards, and ends the line as if another message began. */
const EVIL = '\u001b[2J\u001b]0;x\u0007\u009b31m\u202eevil\u2066\u200b\r\nbinflash: all is well';
const NAME = `t${EVIL}`;

/** A log in which every text is evil: of schemas, tables, columns, values, statements, savepoints and file names. */
function evilLog(server: Server, ddl: boolean): Buffer {
  const mariadb = server.flavour === 'mariadb';
  const of: Table = {
    schema: `d${EVIL}`,
    name: NAME,
    columns: [int, varchar(300), blob(2)],
    padding: mariadb ? 0 : 1,
    optional: Buffer.concat([primaryKey(0), columnNames('id', NAME, `${NAME}2`)]),
  };
  const values = (id: number): Buffer[] => [u32(id), prefixed(2, `v${id}${EVIL}`), prefixed(2, EVIL)];
  const log = new Binlog(server);
  const text = `DELETE /* ${EVIL} */ FROM t`;
  const version = server.rowsVersion;
  log.transaction([
    mariadb ? e.annotate(text) : e.rowsQuery(text),
    tableMap(of, 9),
    rows('update', of, 9, [[values(1), values(2)]], { version }),
  ]);
  log.transaction([tableMap(of, 9), rows('insert', of, 9, [[values(3)]], { version })]);
  if (ddl) {
    const gtid = mariadb ? e.mariadbGtid(9, { flags: 1 }) : e.anonymousGtid();
    log.add(gtid, e.query(`DROP TABLE \`${NAME}\` ${EVIL}`, { database: `d${EVIL}` }));
    log.transaction([tableMap(of, 9), rows('delete', of, 9, [[values(3)]], { version })]);
    log.transaction([e.query(`SAVEPOINT \`${NAME}\``), e.query(`ROLLBACK TO \`other${NAME}\``)]);
  }
  log.add(e.rotate(`bin${EVIL}.000002`));
  return log.bytes();
}

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process. */
async function says(...words: string[]): Promise<Said> {
  const said = { out: '', err: '' };
  const taking =
    (to: 'out' | 'err') =>
    (text: string | Uint8Array, ...rest: unknown[]): boolean => {
      said[to] += typeof text === 'string' ? text : Buffer.from(text).toString();
      (rest.find((one) => typeof one === 'function') as (() => void) | undefined)?.();
      return true;
    };
  vi.spyOn(process.stdout, 'write').mockImplementation(taking('out'));
  vi.spyOn(process.stderr, 'write').mockImplementation(taking('err'));
  process.exitCode = 0;
  try {
    await main(words);
    return { ...said, code: Number(process.exitCode) };
  } finally {
    process.exitCode = 0;
    vi.restoreAllMocks();
  }
}

const isSafe = (text: string): boolean => text.split('\n').every((line) => !UNSAFE.test(line));

afterEach(() => {
  process.exitCode = 0;
});

describe.each([mysql97, mariadb118])('texts of a log and of the user on a terminal, $version', (server) => {
  /** Commands that print for people, or JSON; FILE and OUT stand for paths with evil names. */
  const commands = [
    'inspect FILE',
    'inspect FILE --json',
    'transactions FILE',
    'transactions FILE --json',
    'transactions FILE --contains evil',
    'show FILE',
    'show FILE --json',
    'show FILE --json --max-value 5',
    'rewrite FILE -o OUT',
    'rewrite FILE -o OUT --json',
    'rewrite FILE --dry-run',
    'rewrite FILE --dry-run --json',
    'rewrite FILE -o OUT --skip-ddl --skip-statements',
    'report FILE -o OUT',
    'sql FILE -o OUT',
    'sql FILE --flashback -o OUT',
    'sql FILE --audit -o OUT --json',
    'sql FILE --format csv --split-by table -o OUT',
    'show FILE -T EVIL.EVIL',
    'show FILE --where EVIL:=EVIL',
    'show FILE --include-gtids EVIL',
    'show FILE --time-zone EVIL',
    'show FILE --start-datetime EVIL',
    'show FILE --schema EVIL',
    'rewrite FILE -o OUT --primary-key EVIL=EVIL',
    'rewrite FILE -o OUT --max-event-size EVIL',
    'show --EVIL',
    'EVIL',
    'inspect EVIL',
  ];

  it.each([false, true])('no command passes on what a terminal obeys (DDL: %s)', async (ddl) => {
    await inFolder(async (folder) => {
      const file = join(folder, `bin${EVIL.replaceAll('/', '')}.000001`);
      await writeFile(file, evilLog(server, ddl));
      for (const [i, command] of commands.entries()) {
        const words = command.split(' ').map((word) => {
          if (word === 'FILE') return file;
          if (word === 'OUT') return join(folder, `out${i}${EVIL.replaceAll('/', '')}`);
          return word.replaceAll('EVIL', EVIL);
        });
        const { out, err } = await says(...words);
        expect([command, isSafe(out) || out, isSafe(err) || err]).toEqual([command, true, true]);
        expect([command, out.length + err.length > 0]).toEqual([command, true]);
        expect([command, `${out}${err}`.includes('internal error')]).toEqual([command, false]);
        // A line of ours that a name made.
        expect([command, /^binflash: all is well/m.test(`${out}${err}`)]).toEqual([command, false]);
      }
      let pages = 0;
      for (const name of await readdir(folder)) {
        const path = join(folder, name);
        if (path === file) continue;
        expect([name, (await stat(path)).mode & 0o777]).toEqual([name, 0o600]);
        const text = await readFile(path, 'utf8');
        if (!text.startsWith('<!doctype html>')) continue;
        // In data for the script they are escaped twice.
        const line = text.split('\n').find((one) => UNSAFE.test(one));
        expect(line?.replace(/^.*?(.{0,40}[\p{Cc}\p{Cf}\u2028\u2029]).*$/u, '$1')).toBeUndefined();
        pages++;
      }
      expect(pages).toBe(1);
    });
  });
});
