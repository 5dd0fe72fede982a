/**
 * Random transactions over random schemas, undone step by step by binary log; after each step done again by SQL text
 * and undone by SQL text. Undo by SQL and undo by binlog must end in the same rows. `make sql-fuzz SEED=n ROUNDS=1`
 * repeats the round of seed n, `fuzz/README.md` tells more.
 */
import { expect, vi } from 'vitest';
import { connected } from './fuzz/connected.ts';
import { runSqlRound } from './fuzz/round.ts';
import { emptyTally } from './fuzz/tally.ts';
import { eachServer } from './support.ts';

/** Without a seed always the same rounds, so that `make test` judges a change by nothing but the change. */
const firstSeed = Number(process.env.BINFLASH_FUZZ_SEED || 1);
const rounds = Number(process.env.BINFLASH_FUZZ_ROUNDS || 6);
/** So many failures are enough to look at. */
const MOST_FAILURES = 10;

// A thousand rounds take as long as they take.
vi.setConfig({ testTimeout: 120_000 + rounds * 60_000 });

/** Small events, so that statements have several; no waiting for the disk; and plans that repeat themselves. */
const args = [
  '--binlog-row-event-max-size=1024',
  '--innodb-flush-log-at-trx-commit=0',
  '--sync-binlog=0',
  '--innodb-stats-auto-recalc=OFF',
];

eachServer(
  `${rounds} rounds of random transactions from seed ${firstSeed} on are undone and redone by SQL`,
  async (scene) => {
    const server = await connected(scene.server);
    const tally = emptyTally();
    const failures: string[] = [];
    const begun = Date.now();
    let round = 0;
    for (; round < rounds && failures.length < MOST_FAILURES; round++) {
      const seed = firstSeed + round;
      await runSqlRound(server, seed, tally).catch((error: Error) => {
        failures.push(
          `${error.message}\nmake sql-fuzz SEED=${seed} ROUNDS=1 BINFLASH_TEST_SERVERS=${server.id}`,
        );
        console.error(failures.at(-1));
      });
    }
    const seconds = Math.round((Date.now() - begun) / 1000);
    console.log(
      `${server.id}: ${round} rounds from seed ${firstSeed} in ${seconds} s: ${JSON.stringify(tally)}`,
    );
    await server.disconnect();
    expect(failures).toEqual([]);
    // Some rounds have nothing that can be undone, most have.
    expect(tally.bySql.cycles ?? 0).toBeGreaterThanOrEqual(Math.floor(rounds / 2));
  },
  { args },
);
