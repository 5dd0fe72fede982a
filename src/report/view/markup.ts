/**
 * An element of the page, made the same way where the page is written and where it is shown. Text is only ever text:
 * what names it, written or shown, can never become markup.
 */
export interface Markup {
  readonly tag: string;
  readonly attributes: Attributes;
  readonly children: readonly (Markup | string)[];
}

/** False and undefined leave an attribute out; true gives it no value. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export type Child = Markup | string | number | false | undefined | readonly Child[];

/** Makes an element. Tags and the names of attributes are always this program's own. */
export function h(tag: string, attributes: Attributes = {}, ...children: Child[]): Markup {
  return { tag, attributes, children: flatten(children) };
}

function flatten(children: readonly Child[]): (Markup | string)[] {
  return children.flatMap((child): (Markup | string)[] => {
    if (child === undefined || child === false) return [];
    if (typeof child === 'number') return [String(child)];
    if (typeof child === 'string') return [child];
    return Array.isArray(child) ? flatten(child) : [child as Markup];
  });
}

const VOID = new Set(['input', 'meta', 'br']);

/** The element as HTML. */
export function serialize(markup: Markup | string): string {
  if (typeof markup === 'string') return escapeHtml(markup);
  const { tag, attributes, children } = markup;
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${escapeHtml(String(value))}"`))
    .join('');
  if (VOID.has(tag)) return `<${tag}${written}>`;
  return `<${tag}${written}>${children.map(serialize).join('')}</${tag}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/**
 * A name or a text from a log for people: control characters, and those that turn the direction of writing or have
 * no look at all, are shown as what they are.
 */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const hex = character.codePointAt(0)!.toString(16);
    return hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
  });
}

// The zero width joiner stays: letters of some scripts need it, and so do emoji.
const HIDDEN =
  /[^\P{Cc}\t\n]|\p{Cs}|[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;
