import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderPage, scriptJson } from '../../src/report/page.ts';
import type { ReportData } from '../../src/report/view/data.ts';
import { visible } from '../../src/report/view/markup.ts';
import { sampleData, sampleTransaction } from './sample.ts';

const assets = { script: 'run();', style: 'body{}' };

/** Text that has been used to get out of something. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '!', '-', '=', '`', ' ', '\n', '\0', 'a'),
  }),
  fc.constantFrom(
    '</script><img src=x onerror=alert(1)>',
    '<!--<script>',
    ']]>',
    '" onfocus="alert(1)" autofocus="',
    "'><svg/onload=alert(1)>",
    '&lt;script&gt;',
    '\ud800',
    '\u202egpj.exe',
    '\u2028',
    'javascript:alert(1)',
  ),
);

const everywhere = fc
  .record({
    table: hostile,
    pattern: hostile,
    file: hostile,
    server: hostile,
    statement: hostile,
    command: hostile,
    gtid: hostile,
    message: hostile,
    zone: hostile,
    select: hostile,
  })
  .map(({ table, pattern, file, server, statement, command, gtid, message, zone, select }) =>
    sampleData({
      tables: [table, `${table}2`],
      patterns: [pattern, pattern],
      files: [file, `${file}2`],
      server,
      zone: { name: zone, offsets: [[0, 0]] },
      select: { tables: [select], where: [select] },
      transactions: [
        sampleTransaction({ statements: [statement, statement], command, gtid }),
        sampleTransaction({ rows: [0, 2, 50], tables: [0, 1], command: undefined }),
      ],
      reasons: [{ time: 1_795_230_004, place: file, message, hint: message, tables: [table, table] }],
    }),
  );

/** Everything that may stand in a page, written out by hand. */
const TAGS = new Set(
  'html head meta title style body a header h1 p main dl div dt dd section h2 h3 svg g text line path rect span ul ol li table caption thead tbody tr th td details summary time bdi code pre button br strong footer script'.split(
    ' ',
  ),
);
const ATTRIBUTES = new Set(
  'lang charset http-equiv content name class href id role aria-label aria-labelledby aria-hidden aria-pressed tabindex viewBox width height x y x1 x2 y1 y2 d text-anchor preserveAspectRatio scope type data-action data-key datetime title'.split(
    ' ',
  ),
);

/** Takes a page apart, strictly: what is not a tag as this program writes them must not have a `<`. */
function takeApart(page: string): { texts: string[]; problems: string[] } {
  const texts: string[] = [];
  const problems: string[] = [];
  const body = page
    .replace(/^<!doctype html>\n/, '')
    .replace(/(<(script|style)[^>]*>)([^<]*)(<\/\2>)/g, '$1$4');
  for (const [, text, closing, tag, attributes] of body.matchAll(
    /([^<]*)(?:<(\/?)([a-z0-9]+)((?: [A-Za-z0-9-]+(?:="[^"<>]*")?)*)>|$|(?=<))/g,
  )) {
    if (text !== '') texts.push(text!);
    if (tag === undefined) continue;
    if (!TAGS.has(tag)) problems.push(`element ${tag}`);
    for (const [, name] of (attributes ?? '').matchAll(/ ([A-Za-z0-9-]+)(?:="[^"<>]*")?/g)) {
      if (closing === '/' || !ATTRIBUTES.has(name!)) problems.push(`attribute ${name} of ${tag}`);
    }
  }
  const rest = body.replaceAll(/<\/?[a-z0-9]+(?: [A-Za-z0-9-]+(?:="[^"<>]*")?)*>/g, '');
  if (/[<>]/.test(rest)) problems.push(`loose bracket: ${/.{0,40}[<>].{0,40}/s.exec(rest)![0]}`);
  return { texts, problems };
}

describe('the page', () => {
  it('holds no element and no attribute but its own, whatever the names are', () => {
    fc.assert(
      fc.property(everywhere, (data) => {
        expect(takeApart(renderPage(data, assets)).problems).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('gives its script the data as it is, in JSON that ends nowhere but at its end', () => {
    fc.assert(
      fc.property(everywhere, (data: ReportData) => {
        const json = /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(
          renderPage(data, assets),
        )![1]!;
        expect(json).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(data)));
      }),
      { numRuns: 300 },
    );
  });

  it('allows its own style and script, by their hashes, and nothing else', () => {
    const page = renderPage(sampleData(), assets);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
      .exec(page)![1]!
      .replaceAll('&#39;', "'");
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      expect.stringMatching(/^script-src 'sha256-[\w+/]{43}='$/),
      expect.stringMatching(/^style-src 'sha256-[\w+/]{43}='$/),
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    // Nothing may come before the policy that it does not hold for.
    expect(page.indexOf('<style>')).toBeGreaterThan(page.indexOf('http-equiv'));
    expect(page).not.toMatch(/\ssrc=|url\(|@import|https?:/);
  });

  it('shows what cannot be seen', () => {
    expect(visible('a\0b\x1b[31m\x7f')).toBe('a\\x00b\\x1b[31m\\x7f');
    expect(visible('\u202egpj.exe\u2066\ufeff')).toBe('\\u{202e}gpj.exe\\u{2066}\\u{feff}');
    expect(visible('\ud800x')).toBe('\\u{d800}x');
    expect(visible('Grüße, Ольга 👩‍👩‍👧\t\n')).toBe('Grüße, Ольга 👩‍👩‍👧\t\n');
  });

  it('is readable as it is: times, tables, transactions and commands stand in it', () => {
    const { texts } = takeApart(renderPage(sampleData(), assets));
    const all = texts.join('|');
    for (const text of [
      'Row changes in bin.000001 to bin.000002',
      'times in UTC',
      'shop.orders',
      '50 deletes',
      'INSERT INTO orders VALUES (1)',
      'binflash rewrite bin.000001 bin.000002 -o undo.binlog',
      'binflash rewrite bin.000001 --start-position 126 --stop-position 512 -o undo.binlog',
      '2026-11-21 03:00:04',
    ]) {
      expect(all).toContain(text);
    }
  });

  it('escapes JSON by itself', () => {
    expect(scriptJson({ a: '</script>&\u2028' })).toBe('{"a":"\\u003c/script\\u003e\\u0026\\u2028"}');
  });
});
