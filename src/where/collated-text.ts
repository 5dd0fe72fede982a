export const SPACE = 0x20;
export const ASCII: RegExp = /^[\0-\x7f]*$/;
export const LONE_SURROGATE: RegExp = /\p{Surrogate}/u;

/** Length without the spaces at the end, which collations that pad do not see. */
export function lengthWithoutSpaces(text: string): number {
  let length = text.length;
  while (length > 0 && text.charCodeAt(length - 1) === SPACE) length--;
  return length;
}

export function trimmed(text: string): string {
  return text.slice(0, lengthWithoutSpaces(text));
}

export function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

/** Text holds half a surrogate pair where the bytes are none: what these are is not known. */
export function isText(text: string): boolean {
  return ASCII.test(text) || !LONE_SURROGATE.test(text);
}
