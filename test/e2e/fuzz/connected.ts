import { createConnection } from 'mysql2/promise';
import type { RunningServer } from '../../servers/index.ts';

/** A server whose `sql` goes through one open connection. */
export interface ConnectedServer extends RunningServer {
  /** The server itself. */
  readonly client: RunningServer;
  disconnect(): Promise<void>;
}

/**
 * The same server without the start of a client for every question, which takes longer than most answers. What
 * needs the client (DELIMITER) or its defaults (a replay) asks the server itself.
 */
export async function connected(server: RunningServer): Promise<ConnectedServer> {
  const connection = await createConnection({
    host: '127.0.0.1',
    port: server.port,
    user: 'root',
    charset: 'utf8mb4',
    multipleStatements: true,
    rowsAsArray: true,
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
  const sql = async (statements: string | Uint8Array, database?: string): Promise<string> => {
    if (database !== undefined) await connection.query(`USE ${database}`);
    const [results] = await connection.query(Buffer.from(statements as string).toString());
    return linesOf(results).join('');
  };
  return Object.create(server, {
    sql: { value: sql },
    client: { value: server },
    disconnect: { value: () => connection.end() },
  }) as ConnectedServer;
}

/** The rows of a result, or a row, as the client prints them; nothing for what is no row. */
function linesOf(result: unknown): string[] {
  if (!Array.isArray(result)) return [];
  if (result.every((value) => typeof value === 'object' && value !== null)) return result.flatMap(linesOf);
  return [`${result.map((value) => (value === null ? 'NULL' : escaped(String(value)))).join('\t')}\n`];
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\0': '\\0' };
const escaped = (text: string): string => text.replaceAll(/[\\\t\n\0]/g, (letter) => escapes[letter]!);
