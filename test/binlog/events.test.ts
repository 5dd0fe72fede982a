import { describe, expect, it } from 'vitest';
import { checksumMatches } from '../../src/binlog/checksum.ts';
import { parseFormatDescription, parseVersion, versionAtLeast } from '../../src/binlog/format-description.ts';
import { parseMysqlGtid } from '../../src/binlog/gtid.ts';
import { parseIncident } from '../../src/binlog/incident.ts';
import { parseQuery } from '../../src/binlog/query.ts';
import { parseRotate } from '../../src/binlog/rotate.ts';
import { emptyRowsEvent, parseRows, type RowsEvent, writeRowsHead } from '../../src/binlog/rows.ts';
import { parseXaDecision, parseXaPrepare } from '../../src/binlog/xa.ts';
import { parseXid } from '../../src/binlog/xid.ts';
import { Binlog, type BinlogOptions } from '../builder/binlog.ts';
import { hex, join, u48 } from '../builder/bytes.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql56, mysql80, mysql97, type Server } from '../builder/format.ts';
import { thrownBy } from '../helpers.ts';
import { framed } from './framed.ts';

function formatOf(server: Server, options: BinlogOptions = {}): [Buffer, number, number] {
  const log = new Binlog(server, options);
  return [log.bytes(), 4, log.position];
}

describe('FORMAT_DESCRIPTION', () => {
  it.each([mysql56, mysql80, mysql97, mariadb118])('of $version', (server) => {
    for (const checksum of ['crc32', 'none'] as const) {
      const [bytes, start, end] = formatOf(server, { checksum, serverId: 7, flags: 1 });
      const format = parseFormatDescription(bytes, start, end);
      expect(format).toMatchObject({
        serverVersion: server.version,
        flavour: server.flavour,
        checksum,
        serverId: 7,
        inUse: true,
      });
      expect([...format.postHeaderLengths.subarray(1, server.postHeaders.length + 1)]).toEqual([
        ...server.postHeaders,
      ]);
      expect(format.postHeaderLengths[server.postHeaders.length + 1]).toBe(0);
      // IN_USE is set in place, without a new CRC.
      expect(checksumMatches(bytes, start, end)).toBe(true);
      bytes[end - 10]! ^= 1;
      expect(checksumMatches(bytes, start, end)).toBe(false);
    }
  });

  it('knows MariaDB by its name, in any spelling', () => {
    for (const [version, flavour] of [
      ['10.11.18-MariaDB-1:10.11.18+maria~deb12-log', 'mariadb'],
      ['5.5.68-MARIADB', 'mariadb'],
      ['5.3.12-maria-log', 'mariadb'],
      ['8.0.43-35 Percona', 'mysql'],
    ] as const) {
      expect(parseFormatDescription(...formatOf({ ...mysql80, version })).flavour).toBe(flavour);
    }
  });

  it('refuses what cannot be read, saying so', () => {
    const bad: [[Buffer, number, number], string][] = [
      [formatOf(mysql80, { binlogVersion: 3 }), 'UNSUPPORTED'],
      [formatOf(mysql80, { headerLength: 18 }), 'DAMAGED'],
      // One bit of the version makes a server of it that knows no checksums.
      [formatOf({ ...mysql80, version: '0.0.43' }), 'DAMAGED'],
      [formatOf({ ...mysql56, version: '4.6.51' }), 'DAMAGED'],
      [formatOf({ ...mysql56, version: '5.2.14-MariaDB' }), 'DAMAGED'],
      [formatOf({ ...mysql56, version: 'nonsense' }), 'UNSUPPORTED'],
      [formatOf({ ...mysql56, postHeaders: Buffer.alloc(14) }), 'DAMAGED'],
      [formatOf(mysql80, { algorithm: 2 }), 'DAMAGED'],
      [formatOf(mysql80, { algorithm: 255 }), 'DAMAGED'],
    ];
    for (const [format, code] of bad)
      expect(thrownBy(() => parseFormatDescription(...format)).code).toBe(code);
  });

  it('refuses any cut but a shorter list of types', () => {
    const [bytes, start] = formatOf(mysql97);
    // What is left of the table of types is told by the checksum.
    for (let cut = start + 19; cut < start + 19 + 57 + 15 + 5; cut++) {
      expect(thrownBy(() => parseFormatDescription(bytes, start, cut)).code).toMatch(
        /^(DAMAGED|UNSUPPORTED)$/,
      );
    }
  });
});

describe('versions', () => {
  it.each([
    ['9.7.4', [9, 7, 4]],
    ['10.11.18-MariaDB-log', [10, 11, 18]],
    ['5.6.51-log', [5, 6, 51]],
    ['8.4', [8, 4, 0]],
    ['8.0.43debug', [8, 0, 43]],
    ['', [0, 0, 0]],
    ['8', [0, 0, 0]],
    ['x8.0.1', [0, 0, 0]],
  ])('%s', (text, expected) => expect(parseVersion(text)).toEqual(expected));

  it('compares by the first number that differs', () => {
    expect(versionAtLeast([8, 0, 3], [8, 0, 3])).toBe(true);
    expect(versionAtLeast([8, 0, 2], [8, 0, 3])).toBe(false);
    expect(versionAtLeast([10, 0, 0], [5, 6, 1])).toBe(true);
    expect(versionAtLeast([5, 7, 0], [5, 6, 1])).toBe(true);
    expect(versionAtLeast([5, 5, 99], [5, 6, 1])).toBe(false);
  });
});

describe('QUERY', () => {
  it('has thread, error, database and text, behind status variables of any length', () => {
    const options = { database: 'shop', threadId: 42, status: Buffer.alloc(300, 1), error: 1062 };
    expect(parseQuery(...framed(e.query('DROP TABLE `t`', options)))).toMatchObject({
      threadId: 42,
      errorCode: 1062,
      database: 'shop',
      text: 'DROP TABLE `t`',
    });
  });

  it('EXECUTE_LOAD_QUERY has 13 more bytes before them', () => {
    const text = "LOAD DATA INFILE 'x' INTO TABLE t";
    expect(parseQuery(...framed(e.executeLoadQuery(text, { database: 'd' })))).toMatchObject({
      database: 'd',
      text,
    });
  });
});

describe('small events', () => {
  it('XID, ROTATE and INCIDENT', () => {
    expect(parseXid(...framed(e.xid(2n ** 63n + 1n)))).toBe(2n ** 63n + 1n);
    expect(parseRotate(...framed(e.rotate('mysql-bin.000012')))).toEqual({
      name: 'mysql-bin.000012',
      position: 4n,
    });
    expect(parseIncident(...framed(e.incident('lost events')))).toBe('lost events');
    expect(parseIncident(...framed({ type: 26, body: hex('01 00') }))).toBe('');
  });

  it('each is refused when it is cut', () => {
    const cut = ([bytes, start, end]: [Buffer, number, number]): [Buffer, number, number] => [
      bytes,
      start,
      end - 1,
    ];
    expect(thrownBy(() => parseXid(...cut(framed(e.xid(1))))).code).toBe('DAMAGED');
    expect(thrownBy(() => parseIncident(...cut(framed(e.incident('x'))))).code).toBe('DAMAGED');
    expect(thrownBy(() => parseRotate(...framed({ type: 4, body: hex('00') }))).code).toBe('DAMAGED');
    expect(thrownBy(() => parseQuery(...framed({ type: 2, body: hex('00 01') }))).code).toBe('DAMAGED');
    expect(thrownBy(() => parseMysqlGtid(...framed({ type: 33, body: u48(1) }))).code).toBe('DAMAGED');
  });
});

describe('XA', () => {
  const prepared = (body: string): unknown => parseXaPrepare(...framed({ type: 38, body: hex(body) }));

  it('XA_PREPARE, as MySQL 9.7 and MariaDB 11.8 wrote it', () => {
    expect(prepared('00 03000000 01000000 01000000 67 62')).toEqual({
      onePhase: false,
      xid: "X'67',X'62',3",
    });
    expect(prepared('00 ffffffff 04000000 03000000 00ff2761 622771')).toEqual({
      onePhase: false,
      xid: "X'00ff2761',X'622771',4294967295",
    });
    expect(prepared('01 01000000 00000000 00000000')).toEqual({ onePhase: true, xid: "X'',X'',1" });
  });

  it('XA_PREPARE that is cut, or whose lengths lie, is damaged', () => {
    const { body } = e.xaPrepare(false, 'gtrid', 'bqual');
    for (let length = 0; length < body.length; length++) {
      const cut = { type: 38, body: body.subarray(0, length) };
      expect(thrownBy(() => parseXaPrepare(...framed(cut))).code).toBe('DAMAGED');
    }
    for (const lengths of [
      'ffffffff 00000000',
      '00000000 ffffffff',
      'ffffffff ffffffff',
      '04000000 02000000',
    ])
      expect(thrownBy(() => prepared(`00 01000000 ${lengths} 6162636465`)).code).toBe('DAMAGED');
  });

  it('XA COMMIT and XA ROLLBACK mean the XID that XA_PREPARE has', () => {
    for (const [gtrid, bqual, format] of [
      ['g', 'b', 3],
      ['', '', 1],
      ['ä', "b'q", 0xffff_ffff],
      ['g'.repeat(64), 'b'.repeat(64), 2 ** 31 - 1],
    ] as const) {
      const { xid } = parseXaPrepare(...framed(e.xaPrepare(false, gtrid, bqual, format)));
      for (const verb of ['COMMIT', 'ROLLBACK']) {
        const { text } = parseQuery(...framed(e.xa(verb, gtrid, bqual, format)));
        expect(parseXaDecision(text)).toEqual({ commit: verb === 'COMMIT', xid });
      }
    }
  });

  it.each([
    ["xa commit x'AB',x'',1", { commit: true, xid: "X'ab',X'',1" }],
    ["XA ROLLBACK X'61',X'',-1", { commit: false, xid: "X'61',X'',4294967295" }],
    ["XA COMMIT X'61',X'',1 ONE PHASE", undefined],
    ["XA COMMIT 'a'", undefined],
    ["XA START X'61',X'',1", undefined],
    ["XA COMMIT X'61',X'',1; DROP TABLE t", undefined],
  ])('%s', (text, expected) => expect(parseXaDecision(text)).toEqual(expected));
});

describe('rows events', () => {
  const parse = (type: number, body: Uint8Array): RowsEvent => {
    const into = emptyRowsEvent();
    parseRows(...framed({ type, body }), into);
    return into;
  };

  it('reads the specimen of MySQL 9.7', () => {
    const event = parse(32, hex('6a0000000000 1100 0200 02 ff | 00 01000000 01 61'));
    expect(event).toMatchObject({ kind: 'delete', version: 2, tableId: 0x6a, flags: 0x11, columnCount: 2 });
    expect([event.extraEnd - event.extraStart, event.rowsEnd - event.rowsStart]).toEqual([0, 7]);
  });

  it('finds the rows behind two bitmaps, extra data and a column count of three bytes', () => {
    const bitmaps = Buffer.alloc(2 * 38, 0xff);
    const event = parse(31, join(hex('ffffffffff00 0000 0700 0101000300 fc2c01'), bitmaps, hex('aa bb')));
    expect(event).toMatchObject({ kind: 'update', tableId: 0xff_ffff_ffff, columnCount: 300 });
    expect([event.extraEnd - event.extraStart, event.rowsEnd - event.rowsStart]).toEqual([5, 2]);
    expect(parse(24, hex('010000000000 0000 01 ff ff 00 00'))).toMatchObject({ kind: 'update', version: 1 });
  });

  it('refuses heads that do not fit', () => {
    const good = hex('6a0000000000 1100 0200 02 ff');
    for (let length = 0; length < good.length; length++)
      expect(thrownBy(() => parse(32, good.subarray(0, length))).code).toBe('DAMAGED');
    for (const extra of ['0000', '0100', 'ffff'])
      expect(thrownBy(() => parse(32, hex(`6a0000000000 1100 ${extra} 02 ff`))).code).toBe('DAMAGED');
  });

  it('swaps the partitions of an update, target before source, and nothing else', () => {
    const write = (kind: 'insert' | 'update', version: 1 | 2, extra: string): string => {
      const bytes = Buffer.alloc(40);
      const end = writeRowsHead(bytes, 3, 0x0102030405, 0x12, version, hex(extra), kind);
      return bytes.subarray(3, end).toString('hex');
    };
    const head = '0504030201001200';
    expect(write('update', 2, '01 0a0b 0c0d')).toBe(`${head}0700010c0d0a0b`);
    expect(write('insert', 2, '01 0a0b')).toBe(`${head}0500010a0b`);
    expect(write('update', 2, '00 03 01 ff')).toBe(`${head}0600000301ff`);
    expect(write('update', 2, '')).toBe(`${head}0200`);
    expect(write('update', 1, '01 0a0b 0c0d')).toBe(head);
  });
});
