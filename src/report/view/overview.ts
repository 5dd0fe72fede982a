import { chart, chartLayout } from './chart.ts';
import { bucketStart, type ReportData, type View, wholeView } from './data.ts';
import { h, type Markup, visible } from './markup.ts';
import { grouped, KIND_CLASSES, KIND_NAMES, KIND_ORDER, plural } from './numbers.ts';
import { panel } from './panel.ts';
import { spikeList } from './spike-list.ts';
import { bucketRows, transactionsAtWork, viewRows } from './sums.ts';
import { dateTime, duration, isoTime, wallTime } from './time.ts';

/** Pixels of the chart where nothing measures the window. */
const CHART_WIDTH = 1120;
const TRANSACTIONS_SHOWN = 50;

/** Everything between `<body>` and the script: the page as it is without one. */
export function overview(data: ReportData): Markup[] {
  const view = wholeView(data);
  return [
    h('a', { class: 'skip', href: '#span-title' }, 'Skip the chart'),
    h(
      'header',
      { class: 'page-head' },
      h('h1', {}, titleOf(data)),
      h('p', { class: 'muted' }, subtitle(data)),
    ),
    h(
      'main',
      {},
      tiles(data, view),
      h(
        'section',
        { class: 'card time', 'aria-labelledby': 'time-title' },
        h(
          'div',
          { class: 'time-head' },
          h('h2', { id: 'time-title' }, 'Rows changed over time'),
          h('div', { id: 'kinds' }),
        ),
        h('p', { class: 'muted', id: 'hint' }, barText(data)),
        h('div', { id: 'chart' }, chart(data, view, chartLayout(data, CHART_WIDTH))),
        h('p', { id: 'readout', class: 'readout', 'aria-hidden': 'true' }),
        h('p', { id: 'said', class: 'unseen', role: 'status' }),
        data.reasons.length > 0 &&
          h(
            'p',
            { class: 'muted legend' },
            h('span', { class: 'diamond', 'aria-hidden': 'true' }, '◆'),
            ' something that cannot be undone',
          ),
        h('h3', {}, 'What stands out'),
        h('div', { id: 'spikes' }, spikeList(data, view, false)),
      ),
      h('div', { id: 'panel' }, panel(data, view, { live: false, order: 'rows', most: TRANSACTIONS_SHOWN })),
      timesTable(data),
      filesList(data),
    ),
    h(
      'footer',
      {},
      h(
        'p',
        { class: 'muted' },
        `Made by binflash on ${dateTime(data.zone, data.written)}. This page is one file and fetches nothing.`,
      ),
    ),
  ];
}

export function titleOf({ files }: ReportData): string {
  const names = files.map((file) => visible(file.slice(file.lastIndexOf('/') + 1)));
  if (names.length === 1) return `Row changes in ${names[0]}`;
  return `Row changes in ${names[0]} to ${names.at(-1)}`;
}

function subtitle(data: ReportData): string {
  const [first, last] = data.span;
  const parts = [
    visible(data.server),
    plural(data.files.length, 'file'),
    `${dateTime(data.zone, first)} to ${dateTime(data.zone, last)}`,
    data.zone.name === 'UTC' ? 'times in UTC' : `times as in ${data.zone.name} (${offsets(data)})`,
  ];
  return parts.join(' · ');
}

/** Which offsets the clocks had, where they were put forward or back all of them. */
function offsets({ zone, span: [first, last] }: ReportData): string {
  const times = [first, ...zone.offsets.map(([from]) => from).filter((from) => from > first && from <= last)];
  const names = times.map((time) => wallTime(zone, time).offset);
  return names.map((name, i) => (i === 0 ? name : `from ${dateTime(zone, times[i]!)} on ${name}`)).join(', ');
}

function tiles(data: ReportData, view: View): Markup {
  const rows = viewRows(data, view);
  const [first, last] = data.span;
  const transactions = transactionsAtWork(data, view.span);
  const tables = data.tables.length - (data.otherTables > 0 ? 1 : 0) + data.otherTables;
  return h(
    'dl',
    { class: 'tiles' },
    KIND_ORDER.map((kind) =>
      h(
        'div',
        { class: `card tile ${KIND_CLASSES[kind]}` },
        h('dt', {}, `rows ${['inserted', 'updated', 'deleted'][kind]}`),
        h('dd', {}, grouped(rows[kind])),
      ),
    ),
    h(
      'div',
      { class: 'card tile' },
      h('dt', {}, transactions === 1 ? 'transaction' : 'transactions'),
      h('dd', {}, grouped(transactions)),
    ),
    h(
      'div',
      { class: 'card tile' },
      h('dt', {}, tables === 1 ? 'table' : 'tables'),
      h('dd', {}, grouped(tables)),
    ),
    h(
      'div',
      { class: 'card tile' },
      h('dt', {}, 'from first to last'),
      h('dd', {}, duration(last - first, true)),
    ),
  );
}

function barText({ width }: ReportData): string {
  return `One bar is ${duration(width)}. Each kind has a scale of its own.`;
}

/** The chart's numbers, for who cannot see it, and for paper. */
function timesTable(data: ReportData): Markup {
  const view = wholeView(data);
  const buckets = Array.from({ length: data.count }, (_, bucket) => bucket);
  return h(
    'details',
    { class: 'card times' },
    h('summary', {}, 'Rows over time as a table'),
    h(
      'table',
      {},
      h('caption', {}, `Each line is ${duration(data.width)}; times without changes are left out.`),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col' }, 'From'),
          KIND_ORDER.map((kind) => h('th', { scope: 'col', class: 'number' }, KIND_NAMES[kind])),
        ),
      ),
      h(
        'tbody',
        {},
        buckets.map((bucket) => {
          const rows = bucketRows(data, view, bucket);
          if (rows[0] + rows[1] + rows[2] === 0) return undefined;
          const start = bucketStart(data, bucket);
          return h(
            'tr',
            {},
            h(
              'th',
              { scope: 'row' },
              h('time', { datetime: isoTime(data.zone, start) }, dateTime(data.zone, start)),
            ),
            KIND_ORDER.map((kind) =>
              h('td', { class: `number ${rows[kind] > 0 ? '' : 'zero'}` }, grouped(rows[kind])),
            ),
          );
        }),
      ),
    ),
  );
}

const FILES_SHOWN = 200;

function filesList({ files }: ReportData): Markup | undefined {
  if (files.length < 2) return undefined;
  return h(
    'details',
    { class: 'card files' },
    h('summary', {}, plural(files.length, 'file')),
    h(
      'ul',
      {},
      files.slice(0, FILES_SHOWN).map((file) => h('li', {}, h('bdi', {}, visible(file)))),
      files.length > FILES_SHOWN && h('li', {}, `and ${grouped(files.length - FILES_SHOWN)} more`),
    ),
  );
}
