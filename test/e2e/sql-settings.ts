/** The sessions that SQL text of stories runs in, and what it must leave of them. */
import type { SqlOptions } from '../../src/sql/sql.ts';

/** A session as people have it, and the options with which the text for it is made. */
export interface Setting {
  readonly name: string;
  /** Options of a plain client; what it sets at first is no part of the log. */
  readonly client: readonly string[];
  readonly text: Partial<SqlOptions>;
  /** Is it written to a stream? Else to a file. */
  readonly stream: boolean;
}

const session = (charset: string, sets = ''): string[] => [
  `--default-character-set=${charset}`,
  `--init-command=SET sql_log_bin = 0${sets}`,
];

export const settings: readonly Setting[] = [
  { name: 'as it comes', client: session('utf8mb4'), text: { guard: true }, stream: false },
  {
    name: 'latin1, +08:00',
    client: session('latin1', ", time_zone = '+08:00'"),
    text: { changedOnly: true, rowsPerStatement: 100 },
    stream: true,
  },
  {
    name: 'ANSI_QUOTES, NO_BACKSLASH_ESCAPES',
    client: session('utf8mb4', ", sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'"),
    text: { textLiterals: 'hex' },
    stream: true,
  },
];

/** What the text must leave as it was. */
const VARIABLES = [
  'sql_mode',
  'time_zone',
  'foreign_key_checks',
  'unique_checks',
  'autocommit',
  'character_set_client',
  'character_set_connection',
  'character_set_results',
  'collation_connection',
];
export const SESSION = '--session--';
/** Prints the session in a line. */
export const tellSession = (mariadb: boolean): string =>
  `SELECT '${SESSION}', ${[...VARIABLES, ...(mariadb ? ['check_constraint_checks'] : [])].map((name) => `@@SESSION.${name}`).join(', ')};\n`;
export const END = '--end--';

/** The dump, with the session as it was before. */
export const aside = (script: string): string => {
  const kept = VARIABLES.map((name) => `@story_${name} = @@SESSION.${name}`).join(', ');
  const back = VARIABLES.map((name) => `${name} = @story_${name}`).join(', ');
  return `SET ${kept}; ${script} SET ${back}; SELECT '${END}';\n`;
};
