import type { Flavour } from '../binlog/event-types.ts';
import type { QueryEvent } from '../binlog/query.ts';
import type { PageStore } from '../io/page-store.ts';
import type { Obstacle } from './binlog-index.ts';
import type { EventTable } from './event-table.ts';
import type { Grouping } from './grouping.ts';
import { ObstacleTable } from './obstacle-table.ts';
import type { EventPlace } from './place.ts';
import { classifyStatement, type StatementEffect } from './statement.ts';
import { NO_THREAD } from './transaction-table.ts';

/** Statements are kept only so far as messages show them: so many characters of their first {@link LOOKED_AT}. */
const EXCERPT = 80;
const LOOKED_AT = 200;

/** What may do anything, for all that is known. */
export const ANYTHING: StatementEffect = { kind: 'unknown', tables: [], databases: [] };

/** Collects what is not a row change and may stop an undo. */
export class Obstacles {
  readonly table: ObstacleTable;
  readonly #place: EventPlace;
  readonly #events: EventTable;
  readonly #grouping: Grouping;

  constructor(place: EventPlace, events: EventTable, grouping: Grouping, pages: PageStore) {
    this.table = new ObstacleTable(pages);
    this.#place = place;
    this.#events = events;
    this.#grouping = grouping;
  }

  /** Notes the event in hand. */
  add(
    kind: Obstacle['kind'],
    eventType: string,
    text: string,
    effect: StatementEffect,
    threadId: number = NO_THREAD,
  ): void {
    const { file, offset, end, header } = this.#place;
    this.table.add({
      kind,
      file,
      offset,
      end,
      timestamp: header.timestamp,
      serverId: header.serverId,
      threadId,
      eventType,
      transaction: this.#grouping.current,
      eventsBefore: this.#events.length,
      text: excerpt(text),
      effect,
    });
  }

  /** Notes the statement in hand if it may change rows or tables. */
  addStatement(query: QueryEvent, eventType: string, flavour: Flavour): void {
    const effect = effectOf(query, flavour);
    if (effect.kind !== 'none') this.add('statement', eventType, query.text, effect, query.threadId);
  }
}

/** The beginning of a text, in one line. */
function excerpt(text: string): string {
  const begin = text.slice(0, LOOKED_AT);
  const line = /[^\S ]| {2}|^ | $/.test(begin) ? begin.replace(/\s+/g, ' ').trim() : begin;
  return line.length > EXCERPT ? `${line.slice(0, EXCERPT - 3)}...` : line;
}

/** What a statement may do; when its names cannot be read, it may mean any table. */
function effectOf(query: QueryEvent, flavour: Flavour): StatementEffect {
  const { noBackslashEscapes } = query;
  const effect = classifyStatement(query.text, query.database, { flavour, noBackslashEscapes });
  if (effect.kind === 'none') return effect;
  if (effect.kind !== 'statement') return query.readable ? effect : ANYTHING;
  // What the server says it changed is better than what the text names: views and triggers reach further.
  if (query.updatedDatabases !== undefined)
    return { ...effect, databases: query.updatedDatabases, certain: true };
  return query.cut || !query.readable ? { ...effect, databases: [] } : effect;
}
