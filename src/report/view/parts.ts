import type { ReportData } from './data.ts';
import { h, type Markup } from './markup.ts';
import type { Order } from './sums.ts';
import { isoTime, wallTime } from './time.ts';

export interface PanelOptions {
  /** Are there controls? Not on paper and not without the script. */
  readonly live: boolean;
  readonly order: Order;
  /** Most transactions shown. */
  readonly most: number;
}

/** A command with its name and a button that copies it, where the script has one to offer. */
export function commandBox(name: string, command: string, kind: 'main' | 'plain' = 'plain'): Markup {
  return h(
    'div',
    { class: `command ${kind}` },
    h('span', { class: 'command-name' }, name),
    h('pre', { tabindex: '0', 'aria-label': name }, h('code', {}, command)),
    h(
      'button',
      { type: 'button', class: 'copy', 'data-action': 'copy', 'aria-label': `Copy: ${name}` },
      'Copy',
    ),
  );
}

/** A moment, for people and for programs. */
export function timeElement(data: ReportData, time: number): Markup {
  const { date, clock } = wallTime(data.zone, time);
  return h('time', { datetime: isoTime(data.zone, time) }, `${date} ${clock}`);
}
