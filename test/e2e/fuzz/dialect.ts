import type { RunningServer, ServerId } from '../../servers/index.ts';

/** What the servers differ in, as far as the workload has to know. */
export interface Dialect {
  readonly id: ServerId;
  readonly mysql: boolean;
  readonly mysql97: boolean;
  readonly mysql56: boolean;
  readonly mariadb: boolean;
  /** Cascades are in the log, so that they may delete rows and set them to NULL. */
  readonly logsCascades: boolean;
  /**
   * Rows of an event are looked for as a batch where the table has no key to find them by. A chain over a
   * nullable unique key cannot be replayed then but by events of one row (docs/guide.md).
   */
  readonly batches: boolean;
}

export function dialectOf({ id, flavour }: RunningServer): Dialect {
  const mysql97 = id === 'mysql-9.7';
  const mariadb = flavour === 'mariadb';
  return {
    id,
    mysql: !mariadb,
    mysql97,
    mysql56: id === 'mysql-5.6',
    mariadb,
    logsCascades: mysql97,
    batches: mysql97,
  };
}
