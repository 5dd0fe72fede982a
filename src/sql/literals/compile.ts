import type { Flavour } from '../../binlog/event-types.ts';
import type { TableDescription } from '../../tables/description.ts';
import type { ColumnSql, LiteralWriter, TextLiterals } from '../column-sql.ts';
import { quotedName } from '../names.ts';
export function compileColumns(
  description: TableDescription,
  flavour: Flavour,
  options: { textLiterals: TextLiterals },
): ColumnSql[] {
  return description.columns.map(({ name }, i) => {
    const decode = description.decoder.columns[i]!;
    const w: LiteralWriter = (out, bytes, start, end) => {
      const v = decode(bytes, start, end) as { text?: string; value?: unknown };
      out.utf8(v.text !== undefined ? `'${v.text}'` : String(v.value));
    };
    void flavour;
    void options;
    return {
      name: quotedName(name),
      store: w,
      key: w,
      exactLeft: quotedName(name),
      exact: w,
      needsLenient: undefined,
      mayThrow: false,
    };
  });
}
