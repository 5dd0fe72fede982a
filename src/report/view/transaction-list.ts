import { isWhole, type ListedTransaction, type ReportData, type View } from './data.ts';
import { h, type Markup, visible } from './markup.ts';
import { grouped, KIND_CLASSES, KIND_ORDER, plural } from './numbers.ts';
import { commandBox, type PanelOptions, timeElement } from './parts.ts';
import { type Order, type RankedTransaction, rankTransactions, transactionsAtWork } from './sums.ts';
import { duration } from './time.ts';

const ORDERS: readonly (readonly [Order, string])[] = [
  ['rows', 'most rows'],
  ['deleted', 'most deleted'],
  ['updated', 'most updated'],
  ['inserted', 'most inserted'],
  ['time', 'in order of the log'],
];

/** The transactions that changed most, each with all that is known of it. */
export function transactionList(data: ReportData, view: View, { live, order, most }: PanelOptions): Markup {
  const ranked = rankTransactions(data, view, order);
  const shown = ranked.slice(0, most);
  return h(
    'section',
    { class: 'transactions', 'aria-labelledby': 'transactions-title' },
    h(
      'div',
      { class: 'list-head' },
      h('h3', { id: 'transactions-title' }, 'Transactions'),
      live && orderSelect(order),
    ),
    h('p', { class: 'muted' }, countText(data, view, shown.length, ranked.length)),
    h(
      'ol',
      { class: 'list' },
      shown.map((transaction) => listItem(data, view, transaction)),
    ),
    live &&
      ranked.length > most &&
      h(
        'button',
        { type: 'button', 'data-action': 'more', 'data-key': 'more' },
        `Show ${grouped(Math.min(ranked.length - most, 100))} more`,
      ),
  );
}

function orderSelect(order: Order): Markup {
  return h(
    'label',
    {},
    'Sort: ',
    h(
      'select',
      { 'data-action': 'order', 'data-key': 'order' },
      ORDERS.map(([value, text]) => h('option', { value, selected: value === order }, text)),
    ),
  );
}

/** How many there are, and how many of them stand here: who looks for one must know that it may not. */
function countText(data: ReportData, view: View, shown: number, listed: number): string {
  if (listed === 0) return 'None.';
  const all = view.table === undefined && view.kinds.every(Boolean);
  const count = all ? transactionsAtWork(data, view.span) : undefined;
  if (count === listed && shown === listed) return plural(count, 'transaction');
  const here = `${grouped(shown)}${count === undefined ? '' : ` of ${plural(count, 'transaction')}`}`;
  return listed === count || listed === shown
    ? `${here}, the largest first${listed < (count ?? 0) ? '; the smaller ones are not on this page' : ''}`
    : `${here} shown, ${grouped(listed)} are on this page: those that changed most at their time`;
}

function listItem(data: ReportData, view: View, { listed, rows }: RankedTransaction): Markup {
  const transaction = data.transactions[listed]!;
  const [statement] = transaction.statements;
  const tables = transaction.tables.map((table) => visible(data.tables[table]!));
  const partly = !isWhole(data, view.span) && rows.some((count, kind) => count < transaction.rows[kind]!);
  return h(
    'li',
    {},
    h(
      'details',
      { class: 'transaction', 'data-key': `transaction-${listed}` },
      h(
        'summary',
        { 'data-key': `summary-${listed}` },
        h('span', { class: 'when' }, timeElement(data, transaction.first)),
        h(
          'span',
          { class: 'counts' },
          KIND_ORDER.filter((kind) => rows[kind] > 0).map((kind) =>
            h('span', { class: `count ${KIND_CLASSES[kind]}` }, plural(rows[kind], KIND_CLASSES[kind])),
          ),
        ),
        h(
          'span',
          { class: 'on' },
          tables.map((name, i) => [i > 0 && ', ', h('bdi', {}, name)]),
          transaction.moreTables !== undefined && ` and ${transaction.moreTables} more`,
        ),
        transaction.mark !== undefined && h('span', { class: 'badge' }, transaction.mark),
        statement !== undefined &&
          h('code', { class: 'statement' }, h('bdi', {}, visible(oneLine(statement)))),
      ),
      h('div', { class: 'more' }, details(data, transaction, partly)),
    ),
  );
}

function details(data: ReportData, transaction: ListedTransaction, partly: boolean): Markup[] {
  const {
    statements,
    moreStatements = 0,
    gtid,
    thread,
    file,
    start,
    end,
    first,
    last,
    command,
    mark,
  } = transaction;
  const facts: [string, string][] = [
    ['Place', `${data.files[file]}, ${start} to ${end}`],
    ...(gtid === undefined ? [] : [['GTID', gtid] as [string, string]]),
    ...(thread === undefined ? [] : [['Connection', String(thread)] as [string, string]]),
    ...(last > first ? [['Went on for', duration(last - first)] as [string, string]] : []),
    ...(partly ? [['In all', transactionRows(transaction)] as [string, string]] : []),
  ];
  return [
    ...statements.map((text) =>
      h('pre', { class: 'full', tabindex: '0', 'aria-label': 'Statement' }, h('bdi', {}, visible(text))),
    ),
    ...(moreStatements > 0
      ? [h('p', { class: 'muted' }, `and ${plural(moreStatements, 'more statement', 'more statements')}`)]
      : []),
    h(
      'dl',
      {},
      facts.map(([name, value]) =>
        h('div', {}, h('dt', {}, name), h('dd', {}, h('bdi', {}, visible(value)))),
      ),
    ),
    command === undefined
      ? h(
          'p',
          { class: 'muted' },
          mark === undefined
            ? 'No options select this transaction alone: it was committed in another file than it was prepared in, and has no GTID.'
            : 'An undo leaves this transaction out: the log holds no COMMIT of it.',
        )
      : commandBox('Undo this transaction', command),
  ];
}

function transactionRows({ rows }: ListedTransaction): string {
  return KIND_ORDER.filter((kind) => rows[kind] > 0)
    .map((kind) => plural(rows[kind], KIND_CLASSES[kind]))
    .join(', ');
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
