import { type BrushBehavior, brushX, type D3BrushEvent } from 'd3-brush';
import { pointer, type Selection, select } from 'd3-selection';
import { bucketText, type ChartLayout } from '../view/chart.ts';
import { isWhole, type ReportData, type Span, type View } from '../view/data.ts';
import { h } from '../view/markup.ts';
import { bucketRows } from '../view/sums.ts';
import { mount } from './mount.ts';

/** A pointer that moved less has clicked. */
const CLICK = 4;
/** A click so near to a bar means it. */
const NEAR = 8;

export interface TimeControlHandlers {
  /** A span was chosen; undefined for all of the time. */
  choose(span: Span | undefined): void;
  /** What is pointed at or in focus, in words. */
  tell(text: string): void;
}

/**
 * Lies over the chart and lets a span be chosen: by pointer with a brush, by keyboard along the bars, which are
 * options of a list to those who hear the page.
 */
export class TimeControl {
  readonly #data: ReportData;
  readonly #handlers: TimeControlHandlers;
  readonly #container: Element;
  #view: View;
  #layout!: ChartLayout;
  #columns: SVGElement[] = [];
  #brush!: BrushBehavior<unknown>;
  #group!: Selection<SVGGElement, unknown, null, undefined>;
  /** The bar that the Tab key leads to. */
  #current = 0;
  /** Where a span began that is extended by keyboard. */
  #anchor = 0;
  #pressedAt = 0;

  constructor(container: Element, data: ReportData, view: View, handlers: TimeControlHandlers) {
    this.#container = container;
    this.#data = data;
    this.#view = view;
    this.#handlers = handlers;
  }

  /** Makes it anew for a chart of this layout. */
  draw(view: View, layout: ChartLayout): void {
    this.#view = view;
    this.#layout = layout;
    const hadFocus = this.#container.contains(document.activeElement);
    const { width, height, left, step, top, bottom } = layout;
    const svg = mount(
      h(
        'svg',
        {
          class: 'control',
          viewBox: `0 0 ${width} ${height}`,
          width,
          height,
          role: 'listbox',
          'aria-label':
            'Times; arrow keys move, Enter chooses, Shift and arrow keys extend, Escape shows everything',
          'aria-multiselectable': 'true',
          'aria-orientation': 'horizontal',
        },
        h('g', { class: 'brush', role: 'presentation' }),
        Array.from({ length: this.#data.count }, (_, bucket) =>
          h('rect', {
            class: 'column',
            role: 'option',
            'aria-label': bucketText(this.#data, view, bucket),
            tabindex: -1,
            x: left + bucket * step,
            y: top,
            width: step,
            height: bottom - top + 2,
          }),
        ),
      ),
    ) as SVGSVGElement;
    this.#columns = [...svg.querySelectorAll<SVGElement>('.column')];
    for (const [bucket, column] of this.#columns.entries()) {
      column.addEventListener('focus', () => this.#focused(bucket));
    }
    svg.addEventListener('keydown', (event) => this.#key(event));
    svg.addEventListener('pointermove', (event) => {
      const bucket = this.#bucketAt(pointer(event, svg)[0]);
      this.#handlers.tell(bucketText(this.#data, this.#view, bucket));
    });
    this.#container.replaceChildren(svg);
    this.#addBrush(svg);
    if (!this.#hasRows(this.#current)) this.#current = Math.max(0, this.#next(-1, 1));
    this.show(view);
    if (hadFocus) this.#columns[this.#current]!.focus();
  }

  /** Shows the span of a view that has the same bars. */
  show(view: View): void {
    this.#view = view;
    const { from, to } = view.span;
    const whole = isWhole(this.#data, view.span);
    for (const [bucket, column] of this.#columns.entries()) {
      column.setAttribute('aria-selected', String(!whole && bucket >= from && bucket < to));
    }
    if (!whole && (this.#current < from || this.#current >= to)) {
      this.#current = from;
      this.#anchor = from;
    }
    this.#rove();
    const { left, step } = this.#layout;
    this.#brush.move(this.#group, whole ? null : [left + from * step, left + to * step]);
  }

  #addBrush(svg: SVGSVGElement): void {
    const { left, right, top, bottom } = this.#layout;
    this.#brush = brushX<unknown>()
      .extent([
        [left, top],
        [right, bottom + 2],
      ])
      .on('start', (event: D3BrushEvent<unknown>) => {
        if (event.sourceEvent) this.#pressedAt = pointer(event, svg)[0];
      })
      .on('end', (event: D3BrushEvent<unknown>) => {
        // What the program moves itself has no event behind it.
        if (event.sourceEvent) this.#brushed(event, pointer(event, svg)[0]);
      });
    this.#group = select(svg).select<SVGGElement>('.brush');
    this.#group.call(this.#brush);
    // A finger that goes up or down still moves the page.
    this.#group.selectAll<SVGElement, unknown>('*').style('touch-action', 'pan-y');
  }

  #brushed(event: D3BrushEvent<unknown>, x: number): void {
    const range = event.selection as [number, number] | null;
    if (range === null || Math.abs(x - this.#pressedAt) < CLICK) {
      const bucket = this.#nearest(x);
      this.#current = bucket;
      this.#anchor = bucket;
      this.#handlers.choose({ from: bucket, to: bucket + 1 });
      return;
    }
    const { left, step } = this.#layout;
    const from = Math.round((range[0] - left) / step);
    const to = Math.max(from + 1, Math.round((range[1] - left) / step));
    this.#handlers.choose({ from: Math.min(from, this.#data.count - 1), to: Math.min(to, this.#data.count) });
  }

  #key(event: KeyboardEvent): void {
    const moves: Record<string, () => number> = {
      ArrowRight: () => this.#next(this.#current, 1),
      ArrowLeft: () => this.#next(this.#current, -1),
      Home: () => this.#next(-1, 1),
      End: () => this.#next(this.#data.count, -1),
    };
    const move = moves[event.key];
    if (move !== undefined) {
      const bucket = move();
      if (bucket >= 0) this.#columns[bucket]!.focus();
      if (event.shiftKey) {
        this.#handlers.choose({
          from: Math.min(this.#anchor, this.#current),
          to: Math.max(this.#anchor, this.#current) + 1,
        });
      } else this.#anchor = this.#current;
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.#anchor = this.#current;
      this.#handlers.choose({ from: this.#current, to: this.#current + 1 });
    } else if (event.key === 'Escape') this.#handlers.choose(undefined);
    else return;
    event.preventDefault();
  }

  #focused(bucket: number): void {
    this.#current = bucket;
    this.#rove();
    this.#handlers.tell(bucketText(this.#data, this.#view, bucket));
  }

  #rove(): void {
    for (const [bucket, column] of this.#columns.entries()) {
      column.setAttribute('tabindex', bucket === this.#current ? '0' : '-1');
    }
  }

  #bucketAt(x: number): number {
    const { left, step } = this.#layout;
    return Math.min(this.#data.count - 1, Math.max(0, Math.floor((x - left) / step)));
  }

  /** The bar at a place, or the nearest one that is there to be seen. */
  #nearest(x: number): number {
    const at = this.#bucketAt(x);
    const reach = Math.ceil(NEAR / this.#layout.step);
    for (let distance = 0; distance <= reach; distance++) {
      for (const bucket of [at - distance, at + distance]) if (this.#hasRows(bucket)) return bucket;
    }
    return at;
  }

  /** The next bucket in a direction that has rows to look at; -1 if there is none. */
  #next(from: number, step: 1 | -1): number {
    for (let bucket = from + step; bucket >= 0 && bucket < this.#data.count; bucket += step) {
      if (this.#hasRows(bucket)) return bucket;
    }
    return -1;
  }

  #hasRows(bucket: number): boolean {
    if (bucket < 0 || bucket >= this.#data.count) return false;
    return bucketRows(this.#data, this.#view, bucket).some((count) => count > 0);
  }
}
