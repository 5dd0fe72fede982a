import { bucketStart, type ReportData, type View, wholeView } from './data.ts';
import { h, type Markup, visible } from './markup.ts';
import { grouped, KIND_CLASSES, plural } from './numbers.ts';
import { findSpikes, type Spike } from './spikes.ts';
import { tableRows } from './sums.ts';
import { wallTime } from './time.ts';

const MOST = 6;

/** What stands out, to be chosen with one key or click; plain text without the script. */
export function spikeList(data: ReportData, view: View, live: boolean): Markup {
  const spikes = findSpikes(data, view, MOST);
  if (spikes.length === 0) {
    return h('p', { class: 'muted spikes' }, 'No time stands out from the others.');
  }
  return h(
    'ul',
    { class: 'spikes', 'aria-label': 'What stands out' },
    spikes.map((spike) => {
      const { from, to, kind, rows } = spike;
      const { date, clock } = wallTime(data.zone, bucketStart(data, from));
      const kinds = [0, 1, 2].map((other) => other === kind) as [boolean, boolean, boolean];
      const [first] = tableRows(data, { ...wholeView(data), span: { from, to }, kinds });
      const content = [
        h('span', { class: `count ${KIND_CLASSES[kind]}` }, plural(rows, KIND_CLASSES[kind]!)),
        h('span', { class: 'when' }, `${date} ${clock}`),
        h('span', { class: 'on' }, first !== undefined && h('bdi', {}, visible(data.tables[first.table]!))),
        h('span', { class: 'muted factor' }, usualText(data, spike)),
      ];
      const key = `spike-${from}-${to}-${kind}`;
      return h(
        'li',
        {},
        live
          ? h(
              'button',
              {
                type: 'button',
                'data-action': 'span',
                'data-from': from,
                'data-to': to,
                'data-key': key,
                'aria-pressed': String(view.span.from === from && view.span.to === to),
              },
              content,
            )
          : h('div', {}, content),
      );
    }),
  );
}

/** How much more it is than at other times. */
function usualText({ count }: ReportData, { from, to, factor, others }: Spike): string {
  if (others === 0) return 'none at other times';
  if (others < count - (to - from)) return 'hardly any at other times';
  return `${grouped(Math.round(factor))} times the usual`;
}
