import type { Counts } from './data.ts';

/** `1,234,567` */
export function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1.2M`, for where there is little room. */
export function short(number: number): string {
  for (const [size, unit] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (number < size) continue;
    const scaled = number / size;
    return `${scaled < 10 ? Number(scaled.toFixed(1)) : Math.round(scaled)}${unit}`;
  }
  return String(number);
}

export function plural(number: number, one: string, many: string = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

/** By kind: its name, and what one row of it is. */
export const KIND_NAMES = ['inserts', 'updates', 'deletes'] as const;
export const KIND_CLASSES = ['insert', 'update', 'delete'] as const;
/** What may hurt most comes first. */
export const KIND_ORDER = [2, 1, 0] as const;

export function total(counts: Counts): number {
  return counts[0] + counts[1] + counts[2];
}

/** `3 deletes, 1 insert` */
export function countsText(counts: Counts): string {
  const parts = KIND_ORDER.filter((kind) => counts[kind] > 0).map((kind) =>
    plural(counts[kind], KIND_CLASSES[kind]),
  );
  return parts.join(', ') || 'no rows';
}
