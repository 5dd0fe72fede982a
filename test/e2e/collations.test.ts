/** What filters decide about text is what the server's own WHERE decides, in every collation that it has. */
import { expect } from 'vitest';
import { collationOf } from '../../src/where/collation.ts';
import { compileUnsureLike } from '../../src/where/like.ts';
import { eachServer, type Scene, text } from './support.ts';

const PLAIN =
  ',paid,Paid,PAID,paid ,void,a,A,b,z,y,i,I,j,u,v,w,aa,AA,aA,ab,ch,cH,CH,cz,d,ll,lL,dz,lj,cs,ccs,cscs,ss,ae,o,' +
  'a b,a-b,ab-,a`,a^,a$,a1,10,9,#1,~,[x],a@b.c,t,s';
const OTHERS =
  'a\t,ab\t,á,â,ä,Ä,å,Å,æ,ø,Ø,ß,þ,ð,ñ,ü,é,É,Müller,straße,ł,Ł,đ,č,š,ő,ı,İ,ş,ę,œ,ơ,ế,α,ά,σ,ς,Σ,б,и,й,е,ё,я,Я,א,ب,ก,เก,' +
  'あ,ア,か,が,ー,東京,中,한국,e\u0301,a\u030a,\u0301,и\u0306,😀,😁,①,²,™,ﬁ,Ａ,€,…,\u00a0,\u200b,a\u200b,µ,ǖ,कि,က';
const words = [...PLAIN.split(','), ...OTHERS.split(',')];
const plainWords = PLAIN.split(',').length;

/** Where plain words must not be refused but for a few. */
const COMMON =
  /^(?:utf8mb4_(?:0900_ai_ci|general_ci|unicode_ci|unicode_520_ci|uca1400_ai_ci|bin|0900_bin)|latin1_(?:swedish_ci|bin))$/;
/** A collation in so many, and all of the common ones, so that it does not take long. */
const EVERY = 9;

async function collations({ server }: Scene): Promise<string[][]> {
  const own = 'SELECT id, collation_name, character_set_name FROM information_schema.collations';
  const full = `SELECT id, full_collation_name, character_set_name
    FROM information_schema.collation_character_set_applicability WHERE id IS NOT NULL`;
  const has = server.flavour === 'mariadb' && !server.id.endsWith('10.5');
  const answer = await server.sql(`${has ? full : own} ORDER BY 1;`);
  return answer
    .split('\n')
    .filter((line) => /^\d/.test(line) && !line.includes('binary\tbinary'))
    .map((line) => line.split('\t'));
}

eachServer('text compares as on the server, or is refused', async (scene) => {
  const { server, database } = scene;
  const chosen = (await collations(scene)).filter(([, name], i) => i % EVERY === 0 || COMMON.test(name!));
  const rows = words.map((word, i) => `(${i}, ${word === '' ? "''" : text(word)})`).join(',');
  const script = chosen.map(
    ([, name, charset]) => `DROP TABLE IF EXISTS words;
      CREATE TABLE words (i INT PRIMARY KEY, v VARCHAR(20) CHARACTER SET ${charset} COLLATE ${name});
      INSERT INTO words VALUES ${rows};
      SELECT a.i, GROUP_CONCAT(CONCAT(a.v = b.v, a.v < b.v, a.v LIKE b.v) ORDER BY b.i SEPARATOR '')
        FROM words a, words b GROUP BY a.i ORDER BY a.i;
      SELECT i, HEX(CONVERT(v USING utf8mb4)) FROM words ORDER BY i;`,
  );
  const answers = await server.sql(
    `SET sql_mode = ''; SET NAMES utf8mb4; SET group_concat_max_len = 100000; ${script.join('\n')}`,
    database,
  );
  const lines = answers.split('\n');
  const wrong: string[] = [];
  let at = 0;
  for (const [id, name] of chosen) {
    const decided = lines.slice(at, at + words.length).map((line) => line.split('\t')[1]!);
    const stored = lines.slice(at + words.length, at + 2 * words.length).map((line) => line.split('\t')[1]);
    at += 2 * words.length;
    const collation = collationOf(Number(id));
    let refused = 0;
    for (const [i, a] of words.entries()) {
      for (const [j, b] of words.entries()) {
        const kept = [i, j].every((k) => stored[k] === Buffer.from(words[k]!).toString('hex').toUpperCase());
        if (!kept) continue;
        const order = collation.order(a, b);
        const found = [
          collation.equal(a, b),
          order === undefined ? undefined : order < 0,
          compileUnsureLike(b, '\\', collation)(a),
        ];
        for (const [k, truth] of found.entries()) {
          if (truth === undefined) refused += i < plainWords && j < plainWords ? 1 : 0;
          else if (truth !== (decided[i]![3 * j + k] === '1')) {
            wrong.push(`${name}: ${JSON.stringify(a)} ${['=', '<', 'LIKE'][k]} ${JSON.stringify(b)}`);
          }
        }
      }
    }
    if (COMMON.test(name!)) expect(refused / (3 * plainWords ** 2), name).toBeLessThan(0.01);
  }
  expect(wrong).toEqual([]);
});
