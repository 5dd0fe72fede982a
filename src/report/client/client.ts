/** The page's script: what is chosen, and everything that follows from it. */
import { type ChartLayout, chart, chartLayout } from '../view/chart.ts';
import { bucketStart, isWhole, type ReportData, type Span, type View, wholeView } from '../view/data.ts';
import { h } from '../view/markup.ts';
import { KIND_CLASSES, KIND_NAMES, KIND_ORDER } from '../view/numbers.ts';
import { panel, spanText } from '../view/panel.ts';
import { spikeList } from '../view/spike-list.ts';
import type { Order } from '../view/sums.ts';
import { timeRange } from '../view/time.ts';
import { copyCommand } from './copy.ts';
import { replace } from './mount.ts';
import { TimeControl } from './time-control.ts';

const TRANSACTIONS_SHOWN = 50;
const MORE = 100;
const NARROWEST_CHART = 280;

const data = JSON.parse(byId('data').textContent ?? '') as ReportData;
let view: View = wholeView(data);
let order: Order = 'rows';
let most = TRANSACTIONS_SHOWN;
let layout: ChartLayout;

const canvas = document.createElement('div');
const overlay = document.createElement('div');
overlay.className = 'overlay';
const control = new TimeControl(overlay, data, view, {
  choose: (span) => look({ ...view, span: span ?? wholeView(data).span }),
  tell: (text) => {
    byId('readout').textContent = text;
  },
});

function byId(id: string): HTMLElement {
  return document.getElementById(id)!;
}

/** Looks at something else. */
function look(next: View): void {
  const sameBars =
    next.table === view.table && next.kinds.every((wanted, kind) => wanted === view.kinds[kind]);
  view = next;
  most = TRANSACTIONS_SHOWN;
  if (sameBars) {
    replace(canvas, chart(data, view, layout));
    control.show(view);
  } else {
    drawChart();
    drawKinds();
  }
  drawSpikes();
  drawPanel();
  byId('said').textContent = `${spanName(view.span)}: ${spanText(data, view)}`;
}

function spanName(span: Span): string {
  if (isWhole(data, span)) return 'The whole time';
  return timeRange(data.zone, bucketStart(data, span.from), bucketStart(data, span.to));
}

function drawChart(): void {
  layout = chartLayout(data, Math.max(NARROWEST_CHART, Math.floor(byId('chart').clientWidth)));
  replace(canvas, chart(data, view, layout));
  control.draw(view, layout);
}

function drawPanel(): void {
  replace(byId('panel'), panel(data, view, { live: true, order, most }));
}

function drawSpikes(): void {
  replace(byId('spikes'), spikeList(data, view, true));
}

/** Which kinds of change are looked at. */
function drawKinds(): void {
  const boxes = KIND_ORDER.map((kind) =>
    h(
      'label',
      { class: `kind ${KIND_CLASSES[kind]}` },
      h('input', {
        type: 'checkbox',
        'data-action': 'kind',
        'data-kind': kind,
        'data-key': `kind-${kind}`,
        checked: view.kinds[kind],
      }),
      KIND_NAMES[kind],
    ),
  );
  replace(
    byId('kinds'),
    h('fieldset', { class: 'kinds' }, h('legend', { class: 'unseen' }, 'Kinds of change'), boxes),
  );
}

function chooseKind(kind: number): void {
  const kinds = view.kinds.map((wanted, other) => (other === kind ? !wanted : wanted)) as [
    boolean,
    boolean,
    boolean,
  ];
  // Nothing at all is never meant.
  look({ ...view, kinds: kinds.some(Boolean) ? kinds : [true, true, true] });
}

function act(element: HTMLElement): void {
  switch (element.dataset.action) {
    case 'copy':
      void copyCommand(element);
      return;
    case 'reset':
      look(wholeView(data));
      byId('span-title').focus();
      return;
    case 'span':
      look({ ...view, span: { from: Number(element.dataset.from), to: Number(element.dataset.to) } });
      return;
    case 'table': {
      const table = Number(element.dataset.table);
      look({ ...view, table: view.table === table ? undefined : table });
      return;
    }
    case 'more':
      most += MORE;
      drawPanel();
  }
}

document.addEventListener('click', (event) => {
  const element = (event.target as Element).closest<HTMLElement>('button[data-action]');
  if (element) act(element);
});

document.addEventListener('change', (event) => {
  const element = event.target as HTMLElement;
  if (element.dataset.action === 'kind') chooseKind(Number(element.dataset.kind));
  if (element.dataset.action !== 'order') return;
  order = (element as HTMLSelectElement).value as Order;
  most = TRANSACTIONS_SHOWN;
  drawPanel();
});

document.documentElement.classList.add('live');
byId('hint').textContent +=
  ' Drag over the chart to choose a span, or click a bar. With the keyboard: arrow keys and Enter, Shift to extend, Escape to show everything.';
byId('chart').replaceChildren(canvas, overlay);
drawChart();
drawKinds();
drawSpikes();
drawPanel();
// Not while the page is printed: the chart is redrawn for the window's width only.
let drawnFor = byId('chart').clientWidth;
new ResizeObserver(() => {
  const width = byId('chart').clientWidth;
  if (width === drawnFor || width === 0) return;
  drawnFor = width;
  drawChart();
}).observe(byId('chart'));
