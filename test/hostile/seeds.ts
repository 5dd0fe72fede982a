import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EventRecord, readEvents } from '../builder/reader.ts';
import { framesOf } from './frames.ts';

export const fixtures: string = join(import.meta.dirname, '../../fixtures');

/** The shipped logs, by path under `fixtures/`. */
export function fixtureLogs(): string[] {
  return readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.binlog'))
    .sort();
}

/** Events whose frames stand in one seed. */
const GROUP = 16;
/** Larger events teach a fuzzer nothing that smaller ones do not. */
const MOST = 4096;

const isMariadb = (path: string): boolean => path.startsWith('mariadb');

function* eventsOf(path: string): Generator<EventRecord[]> {
  const events = readEvents(readFileSync(join(fixtures, path))).slice(1);
  const small = events.filter(({ body }) => body.length <= MOST);
  // A hundred of them from all over a file.
  for (let i = 0; i < Math.min(100, small.length / GROUP); i++) {
    const from = Math.floor((i * small.length) / Math.min(100, Math.ceil(small.length / GROUP)));
    yield small.slice(from, from + GROUP);
  }
}

/** Strings that stand in source files as texts of tests, good to begin with. */
function textsIn(...paths: string[]): string[] {
  return paths.flatMap((path) =>
    [
      ...readFileSync(join(import.meta.dirname, '..', path), 'utf8').matchAll(/'([^'\n]{4,})'|`([^`]{4,})`/g),
    ].map(([, single, backtick]) => single ?? backtick!),
  );
}

/** What a campaign begins with, by target. */
export function* seeds(target: string): Generator<Uint8Array> {
  const texts = (...paths: string[]): Buffer[] => textsIn(...paths).map((text) => Buffer.from(text));
  if (target === 'log') {
    let choice = 0;
    for (const path of fixtureLogs()) {
      for (const events of eventsOf(path)) {
        const flavour = isMariadb(path) ? 1 : 0;
        yield Buffer.concat([Buffer.of((choice++ % 120) * 2 + flavour), framesOf(events)]);
      }
    }
  } else if (target === 'metadata' || target === 'packed') {
    const wanted = target === 'packed' ? [40, 165, 166, 167, 168] : [19];
    for (const path of fixtureLogs()) {
      for (const event of [...eventsOf(path)].flat()) {
        const first = target === 'packed' ? event.type : isMariadb(path) ? 1 : 0;
        if (wanted.includes(event.type)) yield Buffer.concat([Buffer.of(first), event.body]);
      }
    }
  } else if (target === 'json') {
    for (const digits of ['0001000c000b00010005020061', '00030022000b00010c000100050d00000e0000610262']) {
      const document = Buffer.from(digits, 'hex');
      yield Buffer.concat([Buffer.of(document.length, 0), document]);
    }
    yield* jsonOf('mysql-9.7/partial_json.binlog');
    yield* jsonOf('mysql-9.7/types.binlog');
  } else if (target === 'statement') {
    yield* texts('scan/statement.test.ts', 'scan/savepoints.test.ts');
  } else if (target === 'schema') {
    yield* texts('tables/schema-text.ts', 'tables/definitions.test.ts', 'tables/statements.test.ts');
    for (const path of readdirSync(join(import.meta.dirname, '../tables/golden'))) {
      yield readFileSync(join(import.meta.dirname, '../tables/golden', path)).subarray(0, 64 * 1024);
    }
  } else if (target === 'options') {
    yield* texts('where/parser.test.ts', 'where/filters.test.ts', 'select/selection.test.ts');
  }
}

/** Pieces of rows events, some of which hold documents. */
function* jsonOf(path: string): Generator<Uint8Array> {
  for (const { type, body } of [...eventsOf(path)].flat()) {
    if (type !== 30 && type !== 39) continue;
    for (let at = 16; at < Math.min(body.length, 600); at++) {
      if (body[at]! > 3 || body.length - at < 8) continue;
      const length = body.readUInt16LE(at + 3) + 1;
      const piece = body.subarray(at, at + length);
      if (length < 2000 && piece.length === length)
        yield Buffer.concat([Buffer.of(length & 0xff, length >> 8), piece, body.subarray(at + length)]);
    }
  }
}
