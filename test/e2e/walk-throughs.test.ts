/**
 * What other tools' documents show, by the commands that docs/coming-from.md sets beside theirs, with the same rows in
 * the end.
 */
import { binlog2sql } from './walk-throughs/binlog2sql.ts';
import { mariadbBinlog } from './walk-throughs/mariadb-binlog.ts';
import { myFlash } from './walk-throughs/my-flash.ts';
import { my2sql } from './walk-throughs/my2sql.ts';
import { mysqlbinlogFlashback } from './walk-throughs/mysqlbinlog-flashback.ts';

mysqlbinlogFlashback();
binlog2sql();
my2sql();
myFlash();
mariadbBinlog();
