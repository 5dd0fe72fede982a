# Two commands do all the set-up on a fresh machine: `make demo` and `make test`.
.PHONY: demo test unit e2e fuzz sql-fuzz coverage-fuzz sweep faults lint build servers browser fixtures bench bench-growth bench-huge clean

# npm's own marker of a finished install: older than the lock file means it is due again.
node_modules/.package-lock.json: package.json package-lock.json
	npm ci
	@touch $@

build: node_modules/.package-lock.json
	npm run --silent build

# The 3 a.m. story on a binlog that ships with the project: look, undo, look at the undo.
demo: build
	@sh fixtures/demo.sh

lint: node_modules/.package-lock.json
	npm run --silent lint

# Fetches and unpacks real servers once, under the user's cache folder.
servers: node_modules/.package-lock.json
	npx tsx test/servers/provision.ts

# The same for the browser that the report is looked at with.
browser: node_modules/.package-lock.json
	npx tsx test/browser/provision.ts

test: build lint servers browser
	npx vitest run

unit: build
	npx vitest run --project unit

e2e: build servers browser
	npx vitest run --project e2e

# Random workloads, as many rounds as asked for: make fuzz ROUNDS=1000 [SEED=n] [BINFLASH_TEST_SERVERS=...]
ROUNDS ?= 100
SEED ?= $(shell date +%s)
fuzz: build servers
	BINFLASH_FUZZ_ROUNDS=$(ROUNDS) BINFLASH_FUZZ_SEED=$(SEED) npx vitest run --project e2e test/e2e/fuzz.test.ts

# The same, with every undo made by SQL text as well.
sql-fuzz: build servers
	BINFLASH_FUZZ_ROUNDS=$(ROUNDS) BINFLASH_FUZZ_SEED=$(SEED) npx vitest run --project e2e test/e2e/sql-fuzz.test.ts

# The coverage-guided campaign (docs/fuzzing.md): make coverage-fuzz [SECONDS=60] [TARGETS="log json"]
SECONDS ?= 60
coverage-fuzz: build
	BINFLASH_FUZZ_SECONDS=$(SECONDS) BINFLASH_FUZZ_TARGETS="$(TARGETS)" npx tsx test/hostile/campaign.ts

# Cuts every small fixture at every byte and flips each (docs/fuzzing.md): make sweep [EVERY=1]
EVERY ?= 1
sweep: node_modules/.package-lock.json
	BINFLASH_SWEEP_EVERY=$(EVERY) npx tsx test/sweep/run.ts

# Ends runs by signals at random moments, as many as asked for: make faults ROUNDS=500 [SEED=n]
faults: build
	BINFLASH_FAULT_ROUNDS=$(ROUNDS) BINFLASH_FAULT_SEED=$(SEED) npx vitest run --project unit --testTimeout 3600000 test/faults/signals.test.ts

# Makes the shipped binlogs anew, on every server.
fixtures: build servers
	npm run --silent fixtures

# Measures; bench/README.md says what. Growth takes minutes, and huge files tens of GiB of disk for a while.
bench: build servers
	npm run --silent bench

bench-growth: build servers
	npm run --silent bench -- 5 growth

bench-huge: build servers
	npm run --silent bench -- 1 huge

clean:
	rm -rf dist coverage node_modules
