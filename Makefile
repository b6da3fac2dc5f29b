# The targets need only python3 (3.11 or later); they create the virtual environment themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# in memory where possible: lakes have many small files, and each is synced to disk
SCRATCH := $(firstword $(wildcard /dev/shm /tmp))
# BENCHMARKS=next_day measures one of them; each has options: python -m tests.benchmarks.next_day --help
BENCHMARKS ?= next_day long_history raw_rows key_results publishing stripe_throughput forecast_speed engine_growth
# FUZZ=1000000 reads so many inputs; with --from, other ones: FUZZ="1000000 --from 5000000"
FUZZ ?= 100000
# MUTANTS="500 --seed 7 --only kpi/" draws other places, or those of a room
MUTANTS ?= 200
.DEFAULT_GOAL := help
# where it is set, each of the hundreds of processes that the tests start compiles every module anew
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help install run ui shell wheel audit test test-large test-browser chaos fuzz coverage mutants lint format bench bi deploy docs object-store engines scale screenshots dictionary lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.installed ## One daily run: pull, model, score, publish (of the sample company when no source is configured)
	@$(BIN)/okra run

ui: $(VENV)/.installed ## Dagster's web UI with the daily schedule, on http://127.0.0.1:3000
	@$(BIN)/okra ui

install: $(VENV)/.installed ## Install Okra into .venv; needs Python 3.11 or later

shell: $(VENV)/.installed ## A shell in which `okra` is found
	@echo "okra is found in this shell; exit leaves it"
	@PATH="$(abspath $(BIN)):$$PATH" exec "$${SHELL:-/bin/sh}"

# three processes on two cores, because one of them often waits for a lock or a server
test: $(VENV)/.developing ## The test suite without test-large and test-browser
	@$(BIN)/pytest -n 3 --dist worksteal --basetemp="$$(mktemp -d $(SCRATCH)/okra-tests.XXXXXX)"

test-large: $(VENV)/.developing ## Long tests: a million rows, 723 days of a ledger, runs that are killed, sources that fail
	@$(BIN)/pytest -m large --basetemp="$$(mktemp -d $(SCRATCH)/okra-large.XXXXXX)"

test-browser: $(VENV)/.developing ## Test the scorecard's pages in a real browser, with axe (needs Debian's chromium)
	@$(BIN)/pytest -m browser --basetemp="$$(mktemp -d $(SCRATCH)/okra-browser.XXXXXX)"

chaos: $(VENV)/.developing ## Harm each kind of stored file in turn, kill 200 runs, live a year of changes (some hours)
	@TMPDIR=$(SCRATCH) $(BIN)/python -m tests.chaos.damaged_files
	@TMPDIR=$(SCRATCH) $(BIN)/python -m tests.chaos.kills --count 200
	@TMPDIR=$(SCRATCH) $(BIN)/python -m tests.chaos.year --days 365 --commands 60

fuzz: $(VENV)/.developing ## Read 10,000 sheets, 10,000 files of each kind of declaration and FUZZ inputs of all kinds with something wrong in them
	@$(BIN)/python -m tests.connectors.spreadsheet.fuzz.harness 10000
	@FUZZ_CASES=10000 $(BIN)/pytest tests/pipelines/inputs/test_fuzzed_declarations.py
	@$(BIN)/python -m tests.fuzz $(FUZZ)

coverage: $(VENV)/.developing ## Which lines and branches the tests reach, with test-large and without test-browser (an hour)
	@TMPDIR=$(SCRATCH) $(BIN)/python -m tests.reach

mutants: $(VENV)/.developing ## Change MUTANTS places of pipelines/okr, one at a time in a copy, and count what no test notices
	@TMPDIR=$(SCRATCH) $(BIN)/python -m tests.mutants --count $(MUTANTS)

lint: $(VENV)/.developing ## Style, types, layers and SQL, as CI runs them
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint models

format: $(VENV)/.developing ## Format the code and fix what can be fixed
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix models

bench: $(VENV)/.with-spark ## Measure a daily run, its growth and its readers, and write docs/benchmarks.md (hours; needs Java)
	@for name in $(BENCHMARKS); do $(BIN)/python -m tests.benchmarks.$$name --write-page || exit 1; done

bi: $(VENV)/.developing ## Open the published file with common clients (needs the package registries)
	@$(BIN)/pytest tests/bi --basetemp="$$(mktemp -d $(SCRATCH)/okra-bi.XXXXXX)"

deploy: $(VENV)/.developing ## Test the services of deploy/ on a PostgreSQL that is interrupted (some minutes)
	@$(BIN)/pytest tests/deploy --basetemp="$$(mktemp -d $(SCRATCH)/okra-deploy.XXXXXX)"

docs: $(VENV)/.developing ## Run every command of the documentation, as a new user would
	@$(BIN)/pytest tests/docs/test_followed.py --basetemp="$$(mktemp -d $(SCRATCH)/okra-docs.XXXXXX)"

object-store: $(VENV)/.developing ## Run the sample company with its lake in a bucket (minutes)
	@$(BIN)/pytest tests/object_store --basetemp="$$(mktemp -d $(SCRATCH)/okra-store.XXXXXX)"

engines: $(VENV)/.with-spark ## Compare Spark with DuckDB over three months of the sample company, as CI does (needs Java)
	@TMPDIR=$(SCRATCH) $(BIN)/python -m tests.scale.engines --local --since 2026-09-01

scale: $(VENV)/.with-spark ## The same over all 24 months, on a Spark cluster on this machine
	@$(BIN)/pytest tests/scale --basetemp="$$(mktemp -d $(SCRATCH)/okra-scale.XXXXXX)"
	@TMPDIR=$(SCRATCH) $(BIN)/python -m tests.scale.engines

screenshots: $(VENV)/.developing ## Take the pictures of the documentation (needs Debian's chromium)
	@$(BIN)/python -m tests.screenshots

dictionary: $(VENV)/.installed ## Generate docs/data-dictionary.md from the published file
	@$(BIN)/python -m pipelines.publishing.dictionary $${OKRA_HOME:-data}/okra.duckdb > docs/data-dictionary.md

wheel: $(VENV)/.installed ## Build the wheel, which installs Okra without a clone, into dist/
	@$(BIN)/python -m hatchling build -t wheel -d dist

audit: $(VENV)/.developing ## Known vulnerabilities, licences and a list of all packages (CycloneDX), into target/audit/
	@$(BIN)/python -m tests.audit target/audit

lock: $(VENV)/.developing ## Lock the newest compatible dependencies (versions and hashes, no URLs)
	@$(BIN)/uv pip compile pyproject.toml --extra build --no-strip-extras --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url --no-emit-find-links --upgrade --quiet -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra build --extra dev --no-strip-extras --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url --no-emit-find-links --constraint requirements.lock --quiet -o requirements-dev.lock

clean: ## Remove builds, caches and the virtual environment; data/ stays
	@rm -rf $(VENV) target .mypy_cache .pytest_cache .ruff_cache

PIP := $(BIN)/pip --disable-pip-version-check
# a line for every 20 packages; pip's own output is hundreds of lines
define install_locked
	@{ $(PIP) install --require-hashes -r $(1) 2>&1; echo "pip ended with $$?"; } | awk -v all="$$(grep -c '^[a-z0-9].*==' $(1))" ' \
		/^(Collecting|Requirement already satisfied|Ignoring)/ { if (++count % 20 == 0) print "  " count " of " all " packages" } \
		/^Installing collected packages/ { print "  unpacking them" } \
		/^(ERROR|error|WARNING)/ { print } \
		/^pip ended with/ { status = $$NF } END { exit status }'
endef

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Okra needs Python 3.11 or later, and $(PYTHON) is %d.%d.%d. Install a newer one and name it: make run PYTHON=python3.12" % tuple(sys.version_info[:3]))'
	@# what an installation that was interrupted has left, or one by an older Python
	@if [ -e $(VENV)/.unfinished ] || ! { [ ! -e $(BIN)/python ] || $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))'; }; then rm -rf $(VENV); fi
	@echo "Installing Okra into $(VENV) (some minutes) ..."
	@mkdir -p $(VENV) && touch $(VENV)/.unfinished
	@$(PYTHON) -m venv $(VENV)
	$(call install_locked,requirements.lock)
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@rm $(VENV)/.unfinished
	@touch $@

$(VENV)/.developing: $(VENV)/.installed requirements-dev.lock
	@echo "Installing the developers' tools into $(VENV) ..."
	$(call install_locked,requirements-dev.lock)
	@touch $@

$(VENV)/.with-spark: $(VENV)/.developing
	@echo "Installing Spark into $(VENV) ..."
	@$(PIP) install --quiet --no-build-isolation -e '.[spark]'
	@touch $@
