import { type EventHeader, emptyHeader } from '../binlog/event-header.ts';

/**
 * Where the event in hand stands; the scan keeps one of these and changes it from event to event. An event
 * inside another one has its own header, and the place of the other one.
 */
export interface EventPlace {
  /** Number of the file. */
  file: number;
  /** Is it a relay log? */
  isRelay: boolean;
  /** Where in the file the event begins and ends. */
  offset: number;
  end: number;
  readonly header: EventHeader;
}

export function emptyPlace(): EventPlace {
  return { file: -1, isRelay: false, offset: 0, end: 0, header: emptyHeader() };
}
