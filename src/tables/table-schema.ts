import type { TypeName } from './sql-types.ts';

/** A column as CREATE TABLE defines it. */
export interface ColumnSchema {
  readonly name: string;
  readonly type: TypeName;
  /** The numbers in parentheses: length or precision, and scale; defaults filled in. */
  readonly length: number;
  readonly scale: number;
  readonly unsigned: boolean;
  readonly zerofill: boolean;
  /** May it be NULL? A column of the primary key never is. */
  readonly nullable: boolean;
  /** MariaDB: /*M!100301 COMPRESSED*&#47; */
  readonly compressed: boolean;
  /** Does the server alone fill it: from an expression, as an end of a row's period, as a hash behind a unique key? */
  readonly generated: boolean;
  /** ON UPDATE CURRENT_TIMESTAMP: an UPDATE that leaves it out sets it to the present. */
  readonly onUpdateNow: boolean;
  /** Of text, ENUM and SET; undefined where neither column nor table name it. */
  readonly charset: string | undefined;
  readonly collation: string | undefined;
  /** Of ENUM and SET. */
  readonly labels: readonly string[] | undefined;
  /** Its type as the file has it. */
  readonly text: string;
}

/** A column of a key; `prefixLength` in characters, 0 for the whole column. */
export interface KeyColumn {
  readonly name: string;
  readonly prefixLength: number;
}

/** A unique key over columns alone, without expressions. */
export interface UniqueKey {
  readonly columns: readonly KeyColumn[];
  /** USING HASH, or over whole BLOBs: MariaDB keeps a hidden column for it, but not in memory tables. */
  readonly hashed: boolean;
}

/** A table as CREATE TABLE defines it. */
export interface TableSchema {
  /** Undefined where the file does not say in which database it is. */
  readonly database: string | undefined;
  readonly name: string;
  /** Where the statement begins in the file. */
  readonly line: number;
  readonly columns: readonly ColumnSchema[];
  readonly primaryKey: readonly KeyColumn[] | undefined;
  readonly uniqueKeys: readonly UniqueKey[];
  /** MariaDB: WITH SYSTEM VERSIONING, and which columns hold the period where they are declared. */
  readonly versioned: boolean;
  readonly rowEnd: string | undefined;
  /** Names, words and values that the expressions of generated columns and indexes are made of. */
  readonly expressions: readonly string[];
  /** Names of its triggers, as far as the file has them. */
  readonly triggers: readonly string[];
  /** Would the file name its triggers? Dumps do, unless told not to; SHOW CREATE TABLE does not. */
  readonly tellsTriggers: boolean;
  /** Why this definition cannot be used. */
  readonly problem: string | undefined;
}
