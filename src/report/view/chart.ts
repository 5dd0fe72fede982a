import { roundUp, timeTicks } from './axis.ts';
import { bucketStart, type Counts, type ReportData, type Span, type View } from './data.ts';
import { h, type Markup } from './markup.ts';
import { grouped, KIND_CLASSES, KIND_NAMES, KIND_ORDER, plural, short } from './numbers.ts';
import { findSpikes, type Spike } from './spikes.ts';
import { bucketRows } from './sums.ts';
import { wallTime } from './time.ts';

/** Where things stand in the chart, in pixels. */
export interface ChartLayout {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  /** Pixels of one bucket. */
  readonly step: number;
  /** Top and bottom of what a bucket's column takes up. */
  readonly top: number;
  readonly bottom: number;
}

const LANE = 76;
const LANE_GAP = 30;
const TOP = 30;
const AXIS = 40;
const REASONS = 18;
/** Bars are at most so wide, and something that is there is at least so high. */
const WIDEST_BAR = 48;
const LOWEST_BAR = 2;
const SPIKES_MARKED = 6;

export function chartLayout(data: ReportData, width: number): ChartLayout {
  const left = 8;
  const bottom = TOP + 3 * LANE + 2 * LANE_GAP + (data.reasons.length > 0 ? REASONS : 0);
  const plot = width - left - 8;
  const step = Math.min(plot / data.count, WIDEST_BAR);
  // A few bars stand together in the middle rather than far apart.
  const used = step * data.count;
  const begin = left + (plot - used) / 2;
  return { width, height: bottom + AXIS, left: begin, right: begin + used, step, top: TOP - 22, bottom };
}

/** Rows over time: a lane with a scale of its own for each kind, so that none hides another. */
export function chart(data: ReportData, view: View, layout: ChartLayout): Markup {
  const rows = Array.from({ length: data.count }, (_, bucket) => bucketRows(data, view, bucket));
  const spikes = findSpikes(data, view, SPIKES_MARKED);
  return h(
    'svg',
    {
      class: 'chart',
      viewBox: `0 0 ${layout.width} ${layout.height}`,
      width: layout.width,
      height: layout.height,
      role: 'img',
      'aria-label': 'Rows changed over time: deletes, updates and inserts one above the other',
    },
    KIND_ORDER.map((kind, lane) => laneOf(kind, lane, rows, spikes, view.span, layout)),
    reasonMarks(data, layout),
    timeAxis(data, layout),
  );
}

function laneOf(
  kind: 0 | 1 | 2,
  lane: number,
  rows: readonly Counts[],
  spikes: readonly Spike[],
  span: Span,
  { left, right, step, width }: ChartLayout,
): Markup {
  const base = TOP + lane * (LANE + LANE_GAP) + LANE;
  const highest = Math.max(...rows.map((counts) => counts[kind]));
  const scale = roundUp(highest);
  const heightOf = (count: number): number =>
    count === 0 ? 0 : Math.max(LOWEST_BAR, (count / scale) * LANE);
  const gap = step >= 4 ? 1 : 0;
  // What is not looked at steps back.
  const bars = (chosen: boolean): string =>
    rows
      .map((counts, bucket) => {
        const height = heightOf(counts[kind]);
        if (height === 0 || isIn(span, bucket) !== chosen) return '';
        return `M${round(left + bucket * step)} ${base}v${round(-height)}h${round(step - gap)}v${round(height)}z`;
      })
      .join('');
  const marks = spikes
    .filter((spike) => spike.kind === kind)
    .map(({ top, rows: count }) => {
      const x = left + (top + 0.5) * step;
      const y = base - heightOf(rows[top]![kind]) - 4;
      // Near an edge the number stands beside the mark rather than across the edge.
      const anchor = x < 60 ? 'start' : x > width - 60 ? 'end' : 'middle';
      return h(
        'g',
        { class: isIn(span, top) ? 'spike' : 'spike off' },
        h('path', { d: `M${round(x - 4)} ${round(y - 5)}h8l-4 5z` }),
        h('text', { x: round(x), y: round(y - 8), 'text-anchor': anchor }, grouped(count)),
      );
    });
  const name = KIND_NAMES[kind];
  return h(
    'g',
    { class: `lane ${KIND_CLASSES[kind]}` },
    h('text', { class: 'lane-name', x: 8, y: base - LANE - 6 }, `${name[0]!.toUpperCase()}${name.slice(1)}`),
    highest > 0 && [
      h('line', { class: 'grid', x1: left, x2: right, y1: base - LANE, y2: base - LANE }),
      h(
        'text',
        { class: 'scale', x: width - 8, y: base - LANE - 6, 'text-anchor': 'end' },
        `${short(scale)} rows`,
      ),
    ],
    highest === 0 &&
      h('text', { class: 'scale', x: width - 8, y: base - LANE - 6, 'text-anchor': 'end' }, 'none'),
    h('line', { class: 'base', x1: left, x2: right, y1: base, y2: base }),
    h('path', { class: 'bars', d: bars(true) }),
    h('path', { class: 'bars off', d: bars(false) }),
    marks,
  );
}

function isIn({ from, to }: Span, bucket: number): boolean {
  return bucket >= from && bucket < to;
}

/** Diamonds where something stands that cannot be undone. */
function reasonMarks(data: ReportData, { left, step, bottom }: ChartLayout): Markup | undefined {
  if (data.reasons.length === 0) return undefined;
  const buckets = new Set(
    data.reasons
      .filter(({ time }) => time !== undefined)
      .map(({ time }) => Math.floor((time! - data.origin) / data.width))
      .filter((bucket) => bucket >= 0 && bucket < data.count),
  );
  const y = bottom - 6;
  const path = [...buckets]
    .map((bucket) => `M${round(left + (bucket + 0.5) * step)} ${y - 5}l5 5l-5 5l-5 -5z`)
    .join('');
  return h('g', { class: 'reasons' }, h('path', { d: path }));
}

function timeAxis(data: ReportData, { left, step, bottom, width, right }: ChartLayout): Markup {
  const ticks = timeTicks(data, Math.max(2, Math.floor((right - left) / 90)));
  const first = ticks[0];
  // A few bars may have no round time among them: then the first of them says when.
  const shown =
    first === undefined
      ? [
          {
            time: data.origin,
            label: wallTime(data.zone, data.origin).clock,
            day: wallTime(data.zone, data.origin).date,
          },
        ]
      : ticks;
  return h(
    'g',
    { class: 'axis' },
    h('line', { class: 'base', x1: left, x2: right, y1: bottom + 2, y2: bottom + 2 }),
    shown.map(({ time, label, day }) => {
      const x = left + ((time - data.origin) / data.width) * step;
      const anchor = x < 30 ? 'start' : x > width - 40 ? 'end' : 'middle';
      return [
        h('line', { class: 'tick', x1: round(x), x2: round(x), y1: bottom + 2, y2: bottom + 7 }),
        h('text', { x: round(x), y: bottom + 20, 'text-anchor': anchor }, label),
        day !== undefined &&
          h('text', { class: 'day', x: round(x), y: bottom + 35, 'text-anchor': anchor }, day),
      ];
    }),
  );
}

function round(number: number): number {
  return Math.round(number * 100) / 100;
}

/** What a bucket holds, said in words. */
export function bucketText(data: ReportData, view: Omit<View, 'span'>, bucket: number): string {
  const rows = bucketRows(data, view, bucket);
  const counts = KIND_ORDER.filter((kind) => view.kinds[kind]).map((kind) =>
    plural(rows[kind], KIND_CLASSES[kind]),
  );
  const { clock, date } = wallTime(data.zone, bucketStart(data, bucket));
  return `${date} ${clock}: ${counts.join(', ')}`;
}
