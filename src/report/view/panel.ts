import { type Commands, commandsFor } from './commands.ts';
import { bucketStart, isWhole, type ReportData, type View } from './data.ts';
import { h, type Markup, visible } from './markup.ts';
import { countsText, grouped, KIND_CLASSES, KIND_NAMES, KIND_ORDER, plural, total } from './numbers.ts';
import { commandBox, type PanelOptions, timeElement } from './parts.ts';
import { tableRows, transactionsAtWork, viewRows } from './sums.ts';
import { duration, timeRange } from './time.ts';
import { transactionList } from './transaction-list.ts';

/** All about what is looked at: totals, the command that undoes it, tables and transactions. */
export function panel(data: ReportData, view: View, options: PanelOptions): Markup {
  return h(
    'section',
    { class: 'card panel', 'aria-labelledby': 'span-title' },
    spanHeading(data, view, options.live),
    undoBox(data, view),
    tableSection(data, view, options.live),
    transactionList(data, view, options),
  );
}

/** The span, what was changed in it, and how to get out of it again. */
function spanHeading(data: ReportData, view: View, live: boolean): Markup {
  const whole = isWhole(data, view.span);
  const from = bucketStart(data, view.span.from);
  const to = bucketStart(data, view.span.to);
  const narrowed = !whole || view.table !== undefined || !view.kinds.every(Boolean);
  return h(
    'header',
    { class: 'span-head' },
    h(
      'div',
      {},
      h(
        'h2',
        { id: 'span-title', tabindex: '-1' },
        whole ? 'The whole time' : timeRange(data.zone, from, to),
      ),
      h('p', { class: 'muted' }, spanText(data, view)),
    ),
    live &&
      narrowed &&
      h('button', { type: 'button', 'data-action': 'reset', 'data-key': 'reset' }, 'Show everything'),
  );
}

/** What was changed in the span, in words. */
export function spanText(data: ReportData, view: View): string {
  const parts = [countsText(viewRows(data, view))];
  if (view.table === undefined && view.kinds.every(Boolean)) {
    parts.push(`in ${plural(transactionsAtWork(data, view.span), 'transaction')}`);
  }
  if (view.table !== undefined) parts.push(`on ${visible(data.tables[view.table]!)}`);
  const seconds = isWhole(data, view.span)
    ? data.span[1] - data.span[0]
    : (view.span.to - view.span.from) * data.width;
  return `${parts.join(' ')}, ${duration(seconds)}`;
}

function undoBox(data: ReportData, view: View): Markup {
  const commands = total(viewRows(data, view)) > 0 ? commandsFor(data, view) : undefined;
  if (commands === undefined) {
    const why =
      total(viewRows(data, view)) === 0
        ? 'Nothing was changed here.'
        : 'These tables are too many to name in a command.';
    return h('div', { class: 'undo' }, h('p', { class: 'muted' }, why));
  }
  return h(
    'div',
    { class: 'undo' },
    reasonBox(data, view),
    commandBox('Undo these changes', commands.rewrite, 'main'),
    furtherCommands(data, view, commands),
  );
}

function furtherCommands(data: ReportData, view: View, commands: Commands): Markup {
  return h(
    'details',
    { class: 'further', 'data-key': 'further' },
    h('summary', { 'data-key': 'further-summary' }, 'Look closer first'),
    commandBox('See the rows', commands.show),
    commandBox('List the transactions', commands.transactions),
    !isWhole(data, view.span) && commandBox('Report of just this, with finer bars', commands.report),
  );
}

const REASONS_SHOWN = 5;

/** Why the span, or a part of it, cannot be undone. */
function reasonBox(data: ReportData, view: View): Markup | undefined {
  const from = bucketStart(data, view.span.from);
  const to = bucketStart(data, view.span.to);
  const name = view.table === undefined ? undefined : data.tables[view.table]!.toLowerCase();
  const here = data.reasons.filter(
    ({ time, tables }) =>
      (time === undefined || (time >= from && time < to)) &&
      // Whether case counts in names depends on the server.
      (tables === undefined || name === undefined || tables.some((table) => table.toLowerCase() === name)),
  );
  if (here.length === 0 && !(data.moreReasons && isWhole(data, view.span))) return undefined;
  // What stands against one kind of change or one table need not stand against another.
  const certain = view.table === undefined && view.kinds.every(Boolean);
  return h(
    'div',
    { class: 'refused', role: 'note' },
    h(
      'strong',
      {},
      `Not all of this can be undone; the command below ${certain ? 'stops' : 'may stop'} for:`,
    ),
    h(
      'ul',
      {},
      here
        .slice(0, REASONS_SHOWN)
        .map(({ time, place, message, hint, tables }) =>
          h(
            'li',
            {},
            time !== undefined && [timeElement(data, time), ' '],
            tables !== undefined && [
              tables.map((table, i) => [i > 0 && ', ', h('bdi', {}, visible(table))]),
              ': ',
            ],
            h('bdi', {}, visible(message)),
            h('br'),
            h(
              'span',
              { class: 'muted' },
              h('bdi', {}, visible(place)),
              hint !== undefined && ` · ${visible(hint)}`,
            ),
          ),
        ),
      here.length > REASONS_SHOWN && h('li', {}, `and ${grouped(here.length - REASONS_SHOWN)} more`),
      data.moreReasons && h('li', {}, 'There are more reasons in these files than this page lists.'),
    ),
  );
}

const TABLES_SHOWN = 101;

/** Rows by table and kind. */
function tableSection(data: ReportData, view: View, live: boolean): Markup {
  const rows = tableRows(data, view);
  const most = Math.max(1, ...rows.map((row) => total(row.rows)));
  return h(
    'section',
    { class: 'tables', 'aria-labelledby': 'tables-title' },
    h('h3', { id: 'tables-title' }, 'Tables'),
    h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-labelledby': 'tables-title' },
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'col' }, 'Table'),
            KIND_ORDER.map((kind) => h('th', { scope: 'col', class: 'number' }, KIND_NAMES[kind])),
            h('th', { scope: 'col', class: 'share' }, h('span', { class: 'unseen' }, 'share')),
          ),
        ),
        h(
          'tbody',
          {},
          rows.slice(0, TABLES_SHOWN).map(({ table, rows: counts }) => {
            const name = visible(data.tables[table]!);
            const pressed = view.table === table;
            return h(
              'tr',
              { class: pressed ? 'chosen' : undefined },
              h(
                'th',
                { scope: 'row' },
                live
                  ? h(
                      'button',
                      {
                        type: 'button',
                        class: 'link',
                        'data-action': 'table',
                        'data-table': table,
                        'data-key': `table-${table}`,
                        'aria-pressed': String(pressed),
                        title: pressed ? 'Show all tables' : 'Show this table only',
                      },
                      h('bdi', {}, name),
                    )
                  : h('bdi', {}, name),
              ),
              KIND_ORDER.map((kind) =>
                h(
                  'td',
                  { class: `number ${counts[kind] > 0 ? KIND_CLASSES[kind] : 'zero'}` },
                  grouped(counts[kind]),
                ),
              ),
              h('td', { class: 'share' }, shareBar(counts, most)),
            );
          }),
        ),
      ),
    ),
  );
}

/** The rows of a table beside those of the most changed one. */
function shareBar(counts: readonly [number, number, number], most: number): Markup {
  let x = 0;
  return h(
    'svg',
    {
      class: 'bar',
      viewBox: '0 0 100 8',
      width: 100,
      height: 8,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    KIND_ORDER.filter((kind) => counts[kind] > 0).map((kind) => {
      const width = Math.max(0.5, (counts[kind] / most) * 100);
      const rect = h('rect', {
        class: KIND_CLASSES[kind],
        x: x.toFixed(2),
        y: 0,
        width: width.toFixed(2),
        height: 8,
      });
      x += width;
      return rect;
    }),
  );
}
