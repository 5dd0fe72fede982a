import { createHash } from 'node:crypto';
import type { ReportData } from './view/data.ts';
import { escapeHtml, serialize } from './view/markup.ts';
import { overview, titleOf } from './view/overview.ts';

/** What the build makes of `client/`. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/**
 * The whole page, one file. Nothing in it may be fetched or run but its own style and script, which are named by
 * their hashes: should a name of the log ever come out as markup, it would still be inert.
 */
export function renderPage(data: ReportData, { script, style }: PageAssets): string {
  const policy = [
    "default-src 'none'",
    `script-src '${hash(script)}'`,
    `style-src '${hash(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    // The script makes elements one by one and never from text.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeHtml(titleOf(data))} · binflash</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    ...overview(data).map(serialize),
    `<script type="application/json" id="data">${scriptJson(data)}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** As CSP names an element's text; the bytes between the tags, exactly. */
function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/**
 * JSON that may stand inside a script element: without `<` nothing in it can end the element or begin a comment,
 * whatever the data says; and who looks at the file on a terminal gets nothing that it would obey. Halves of surrogate
 * pairs are escaped by JSON.stringify itself.
 */
export function scriptJson(value: unknown): string {
  const inHex = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[<>&\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    character.split('').map(inHex).join(''),
  );
}
