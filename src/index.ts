export type { ChecksumAlgorithm } from './binlog/checksum.ts';
export type { Flavour } from './binlog/event-types.ts';
export type { ChangeKind, RowsVersion } from './binlog/rows.ts';
export { BinflashError, type ErrorCode, exitCodes } from './errors.ts';
export type { Plan, TableChanges } from './flashback/plan.ts';
export { RefusedError, type Skippable } from './flashback/refusals.ts';
export {
  type Progress,
  type ReadOptions,
  type RewriteOptions,
  type RewriteResult,
  rewrite,
} from './flashback/rewrite.ts';
export type { Selection } from './flashback/selection.ts';
export type { WriteResult } from './flashback/undo-writer.ts';
export { type Inspection, inspect } from './inspect/inspect.ts';
export type { Output } from './io/output.ts';
