import { parseXaDecision } from '../../../src/binlog/xa.ts';
import { classifyStatement } from '../../../src/scan/statement.ts';
import { firstWord } from '../../../src/scan/tokens.ts';
import { transactionStatement } from '../../../src/scan/transaction-statement.ts';

/** Texts of statements, read in every way. */
export function fuzz(data: Buffer): void {
  const text = data.toString('utf8');
  firstWord(text);
  parseXaDecision(text);
  transactionStatement(text);
  for (const flavour of ['mysql', 'mariadb'] as const) {
    for (const noBackslashEscapes of [false, true]) {
      const { kind, tables } = classifyStatement(text, 'd', { flavour, noBackslashEscapes });
      if (kind === 'create' && tables.length === 0) throw new Error('CREATE of nothing');
    }
  }
}
