export type { ChecksumAlgorithm } from './binlog/checksum.ts';
export type { BinlogKeys } from './binlog/encryption/keys.ts';
export type { Flavour } from './binlog/event-types.ts';
export type { ChangeKind, RowsVersion } from './binlog/rows.ts';
export { BinflashError, type ErrorCode, exitCodes } from './errors.ts';
export type { Plan, TableChanges } from './flashback/plan.ts';
export { RefusedError, type Skippable } from './flashback/refusals.ts';
export { type Draft, type RewriteOptions, type RewriteResult, rewrite } from './flashback/rewrite.ts';
export type { WriteResult } from './flashback/undo-writer.ts';
export type { Contents, GtidSpan, TableInspection } from './inspect/contents.ts';
export { type FileInspection, type Inspection, type InspectOptions, inspect } from './inspect/inspect.ts';
export type { Output } from './io/output.ts';
export { type KeyFiles, readKeys } from './io/read-keys.ts';
export type { Progress, ReadOptions } from './read/binlogs.ts';
export { type ReportOptions, type ReportResult, report } from './report/report.ts';
export type { Selection } from './select/selection.ts';
export type { FormatOptions, ShowFormat } from './show/formats.ts';
export { type ShowOptions, type ShowResult, show } from './show/show.ts';
export { type SqlOptions, type SqlResult, sql } from './sql/sql.ts';
export { TableDescriptions } from './tables/description.ts';
export { readSchema } from './tables/read-schema.ts';
export type { RankBy, RankOptions } from './transactions/ranking.ts';
export {
  type TransactionEntry,
  type TransactionList,
  type TransactionsOptions,
  transactions,
} from './transactions/transactions.ts';
export type { UndoCommand } from './transactions/undo-command.ts';
export type { Proof } from './verify/tally.ts';
export { type VerifyOptions, type VerifyResult, verify, verifyDraft } from './verify/verify.ts';
export { type SourcePlace, VerifyError } from './verify/verify-error.ts';
