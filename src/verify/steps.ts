import { tableName } from '../binlog/table-map.ts';
import type { FileSummary } from '../scan/binlog-index.ts';
import type { ShapeForm } from './shape-form.ts';

/** What must stand next in an undo. */
export type Step = 'format' | 'automatic' | 'begin' | 'map' | 'rows' | 'commit';

/** Type codes of the events that may stand where a step is due. */
export const STEP_TYPES: Record<Step, readonly number[]> = {
  format: [15],
  automatic: [2],
  begin: [2],
  map: [19],
  rows: [23, 24, 25, 30, 31, 32],
  commit: [16],
};

/** What a step expects, for messages: of rows like these, and of an undo for the server that wrote this file. */
export function expectedIn(step: Step, { kind, shape }: ShapeForm, newest: FileSummary): string {
  const table = tableName(shape.table);
  const texts: Record<Step, string> = {
    format: `the FORMAT_DESCRIPTION of ${newest.path}, closed`,
    automatic: "the QUERY SET @@SESSION.GTID_NEXT='AUTOMATIC'",
    begin: 'BEGIN of the transaction that is undone next',
    map: `the TABLE_MAP of ${table}`,
    rows: `rows of ${table} to ${kind}`,
    commit: 'XID, for the transaction is undone',
  };
  return texts[step];
}
