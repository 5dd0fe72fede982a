import type { BinlogIndex, Obstacle } from '../scan/binlog-index.ts';

/** Events whose meaning is not known, told to those who would else take what they see for all there is. */
export interface NotUnderstood {
  readonly count: number;
  /** Type and place of the first. */
  readonly first: string;
}

/** Finds them, as far as `covers` says that they matter; undefined when there are none. */
export function notUnderstood(
  { files, obstacles }: BinlogIndex,
  covers: (obstacle: Obstacle) => boolean = () => true,
): NotUnderstood | undefined {
  let count = 0;
  let first = '';
  for (const obstacle of obstacles) {
    if (obstacle.kind !== 'unsupported' || !covers(obstacle)) continue;
    const { file, offset, eventType } = obstacle;
    if (count++ === 0) first = `${eventType} at ${files[file]!.path}:${offset}`;
  }
  return count === 0 ? undefined : { count, first };
}

/** As the beginning of a sentence about them. */
export function eventsText({ count, first }: NotUnderstood): string {
  return count === 1 ? `${first} is` : `${count} events, first ${first}, are`;
}

/** The same as warnings; `covers` is that of the selector. */
export function notUnderstoodWarnings(index: BinlogIndex, covers: (obstacle: Obstacle) => boolean): string[] {
  const found = notUnderstood(index, covers);
  return found === undefined ? [] : [`${eventsText(found)} not understood: row changes may be missing here`];
}
