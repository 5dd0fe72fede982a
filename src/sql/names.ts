/** A name in backticks, as every SQL mode takes it. */
export function quotedName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
