/** Whether a server speaks the words 'source', 'replica' and 'binary log' where others say 'master', 'slave'. */
export function hasNewWords(server: { flavour: 'mysql' | 'mariadb'; version: string }): boolean {
  const [major = 0, minor = 0] = server.version.split('.').map((part) => Number.parseInt(part, 10));
  // MySQL 8.2 has all of the new statements, 8.4 none of the old ones. MariaDB keeps the old ones.
  return server.flavour === 'mysql' && (major > 8 || (major === 8 && minor >= 2));
}
