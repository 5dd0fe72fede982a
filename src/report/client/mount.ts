import type { Markup } from '../view/markup.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** Makes elements of what {@link Markup} describes. */
export function mount(markup: Markup | string, inSvg = false): Node {
  if (typeof markup === 'string') return document.createTextNode(markup);
  const svg = inSvg || markup.tag === 'svg';
  const element = svg ? document.createElementNS(SVG, markup.tag) : document.createElement(markup.tag);
  for (const [name, value] of Object.entries(markup.attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...markup.children.map((child) => mount(child, svg)));
  return element;
}

/**
 * Puts new contents into an element. What was in focus stays in focus and what was open stays open, known by their
 * `data-key`.
 */
export function replace(container: Element, markup: Markup | undefined): void {
  const focused = document.activeElement;
  const key = container.contains(focused) ? focused?.getAttribute('data-key') : null;
  const open = [...container.querySelectorAll('details[open][data-key]')].map((one) =>
    one.getAttribute('data-key'),
  );
  container.replaceChildren(...(markup === undefined ? [] : [mount(markup)]));
  for (const one of container.querySelectorAll<HTMLDetailsElement>('details[data-key]')) {
    if (open.includes(one.getAttribute('data-key'))) one.open = true;
  }
  if (typeof key === 'string') {
    container.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  }
}
